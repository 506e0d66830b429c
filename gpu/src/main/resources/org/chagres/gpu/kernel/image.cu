// Images of bytes to a batch of normalised floats, channels last: (v / 255 - mean) / deviation, rounded as PyTorch's
// ToTensor and Normalize round; a window of each image at a place of its own, mirrored or not; what lies outside the
// image is filled.

#define MAX_CHANNELS 4

struct Images {
  const u8* x;      // (images, h, w, c), or (images, c, h, w) where planar
  const i64* pick;  // which images; null for the first n
  // (n, 3): the window's first row and column, which may be under 0, and whether it is mirrored; null for neither
  const int* place;
  float* y;         // (n, outH, outW, c)
  i64 images;
  int n, c, h, w, outH, outW;
  int planar;
  int part;  // as Windows has it
  float mean[MAX_CHANNELS];
  float deviation[MAX_CHANNELS];
  float fill[MAX_CHANNELS];  // as it is to be in the result
};

KERNEL(images, Images) {
  pixels<1>(a.n, a.part, a.outH, a.outW, a.c, [&](int n, int oh, int ow, int channel) {
    i64 image = a.pick ? a.pick[n] : n;
    int row = oh + (a.place ? a.place[3 * n] : 0);
    int mirrored = a.place ? a.place[3 * n + 2] : 0;
    int column = (mirrored ? a.outW - 1 - ow : ow) + (a.place ? a.place[3 * n + 1] : 0);
    float value = a.fill[channel];
    if (image >= 0 && image < a.images && row >= 0 && row < a.h && column >= 0 && column < a.w) {
      i64 from = a.planar ? at((int)image, channel, row, column, a.c, a.h, a.w)
                          : at((int)image, row, column, channel, a.h, a.w, a.c);
      value = __fdiv_rn(__fadd_rn(__fdiv_rn((float)a.x[from], 255.f), -a.mean[channel]), a.deviation[channel]);
    }
    a.y[at(n, oh, ow, channel, a.outH, a.outW, a.c)] = value;
  });
}
