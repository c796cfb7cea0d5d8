import { createSvgIcon } from "@mui/material/utils";

export const FishIcon = createSvgIcon(<path d="M2 12c3.5-6 11-6.500 14.500-1.500L21 7v10l-4.500-3.500C13 18.500 5.500 18 2 12zm5.500-2a1.200 1.200 0 1 0 0 2.400 1.200 1.200 0 0 0 0-2.400z" />, "Fish");
export const CameraIcon = createSvgIcon(<path d="M9 3 7.200 5H4a2 2 0 0 0-2 2v11a2 2 0 0 0 2 2h16a2 2 0 0 0 2-2V7a2 2 0 0 0-2-2h-3.200L15 3zm3 5a4.500 4.500 0 1 1 0 9 4.500 4.500 0 0 1 0-9zm0 2a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5z" />, "Camera");
export const ListIcon = createSvgIcon(<path d="M4 5h2v2H4zm4 0h12v2H8zM4 11h2v2H4zm4 0h12v2H8zM4 17h2v2H4zm4 0h12v2H8z" />, "List");
export const BookIcon = createSvgIcon(<path d="M5 3h13a1 1 0 0 1 1 1v17H6a2 2 0 0 1-2-2V4a1 1 0 0 1 1-1zm1 14v2h11v-2zM8 6v2h7V6z" />, "Book");
export const ChartIcon = createSvgIcon(<path d="M4 20V4h2v14h14v2zm4-4V9h3v7zm5 0V5h3v11z" />, "Chart");
export const SunIcon = createSvgIcon(<path d="M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM11 1h2v3h-2zm0 19h2v3h-2zM1 11h3v2H1zm19 0h3v2h-3zM4.200 2.800l2.100 2.100-1.400 1.400-2.100-2.100zm13.500 13.500 2.100 2.100-1.400 1.400-2.100-2.100zM2.800 19.800l2.100-2.100 1.400 1.400-2.100 2.100zM16.300 6.300l2.100-2.100 1.400 1.400-2.100 2.100z" />, "Sun");
export const MoonIcon = createSvgIcon(<path d="M20 14.500A8.500 8.500 0 0 1 9.500 4 8.500 8.500 0 1 0 20 14.500z" />, "Moon");
export const UploadIcon = createSvgIcon(<path d="M11 16V7.800L7.800 11 6.400 9.600 12 4l5.600 5.600-1.400 1.400L13 7.800V16zM5 18h14v2H5z" />, "Upload");
export const PersonIcon = createSvgIcon(<path d="M12 3a4.500 4.500 0 1 1 0 9 4.500 4.500 0 0 1 0-9zM3.500 20.500c0-4.500 4-6.500 8.500-6.500s8.500 2 8.500 6.500z" />, "Person");
export const EyeIcon = createSvgIcon(<path d="M12 5c5 0 9 4 10.500 7-1.500 3-5.500 7-10.500 7S3 15 1.500 12C3 9 7 5 12 5zm0 2.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9zm0 2a2.500 2.500 0 1 1 0 5 2.500 2.500 0 0 1 0-5z" />, "Eye");
