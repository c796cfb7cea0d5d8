#include "opencv_peer.hpp"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

namespace aqua::bench {

void OpenCvPreprocess(ByteView jpeg, const imaging::PreprocessSpec& spec, std::span<float> tensor) {
  const cv::Mat encoded(1, static_cast<int>(jpeg.size()), CV_8U, const_cast<std::uint8_t*>(jpeg.data()));
  const cv::Mat image = cv::imdecode(encoded, cv::IMREAD_COLOR);
  const imaging::Placement place = imaging::Place(spec, image.cols, image.rows);
  cv::Mat resized;
  cv::resize(image, resized, cv::Size(place.width, place.height), 0, 0, cv::INTER_AREA);
  cv::Mat canvas(spec.height, spec.width, CV_8UC3, cv::Scalar(spec.pad[2], spec.pad[1], spec.pad[0]));
  resized.copyTo(canvas(cv::Rect(place.left, place.top, place.width, place.height)));
  cv::Mat rgb;
  cv::cvtColor(canvas, rgb, cv::COLOR_BGR2RGB);
  cv::Mat normalised;
  rgb.convertTo(normalised, CV_32FC3, 1.0 / (255.0 * spec.std[0]), -spec.mean[0] / spec.std[0]);
  std::vector<cv::Mat> planes;
  for (std::size_t channel = 0; channel < 3; ++channel)
    planes.emplace_back(spec.height, spec.width, CV_32F,
                        tensor.data() + channel * static_cast<std::size_t>(spec.height) * static_cast<std::size_t>(spec.width));
  cv::split(normalised, planes);
}

}  // namespace aqua::bench
