const LONGEST_SIDE = 1600;
const LARGE_FILE = 1_500_000;

/** What the server reads. */
export const ACCEPTED = ["image/jpeg", "image/png", "image/webp"];

/** Scales a large photo down to a JPEG of at most 1600 pixels a side, upright, so that a slow network can carry it. Small
 *  files of a kind the server reads go as they are: it sees what was taken. Throws when the browser cannot read the file. */
export async function preparePhoto(file: Blob): Promise<Blob> {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    if (ACCEPTED.includes(file.type) && (scale === 1 || file.size <= LARGE_FILE)) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const context = canvas.getContext("2d");
    if (!context) return file;
    context.imageSmoothingQuality = "high";
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob((small) => resolve(small ?? file), "image/jpeg", 0.92));
  } finally {
    picture.close();
  }
}
