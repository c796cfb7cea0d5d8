#!/usr/bin/env python3
"""Sends a photo to a running server and prints the answer: send_photo.py URL PHOTO. A server that asks for sign-in is left alone."""
import json
import pathlib
import sys
import urllib.error
import urllib.request


def main() -> int:
    url, photo = sys.argv[1], pathlib.Path(sys.argv[2])
    boundary = "aqua-photo"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="photo"\r\n\r\n'
    body = head.encode() + photo.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
    request = urllib.request.Request(f"{url}/api/v1/predictions/classify", body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        answer = json.load(opener.open(request, timeout=30))
    except urllib.error.HTTPError as error:
        if error.code == 401:
            print("\n  This server has an administrator, so callers sign in, and the photo was not sent. Sign in on the page.")
            return 0
        print(f"the server refused the photo: {json.load(error)['detail']}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"the server cannot be reached: {error}", file=sys.stderr)
        return 1
    print(f"\n  {answer['species']} ({answer['scientific_name'] or 'no name'}), {answer['confidence']:.0%} sure, "
          f"by {answer['model']} {answer['model_version']} in {answer['inference_time_ms']:.1f} ms; recorded as {answer['id']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
