// What moves over what, for windows.ts and dense_windows.ts: sizes in values. An image in (the source) becomes an image out
// (the target): target[ty,tx,:] += source[sy,sx,c] · P[ky,kx,c,:], where ky = sy·spreadY − ty·strideY + top and
// kx = sx·spreadX − tx·strideX + left lie in the window. A convolution has spreads of 1; its gradient by the images has
// strides of 1 and the spreads.

/** Set for the calls that follow on this thread. */
export let sourceHeight: i32, sourceWidth: i32, sourcePixel: i32, sourceRow: i32;
export let targetHeight: i32, targetWidth: i32, targetPixel: i32, targetRow: i32;
export let kh: i32, kw: i32, strideY: i32, strideX: i32, spreadY: i32, spreadX: i32, top: i32, left: i32;

export function setSource(height: i32, width: i32, pixel: i32, row: i32): void {
  sourceHeight = height;
  sourceWidth = width;
  sourcePixel = pixel;
  sourceRow = row;
}

export function setTarget(height: i32, width: i32, pixel: i32, row: i32): void {
  targetHeight = height;
  targetWidth = width;
  targetPixel = pixel;
  targetRow = row;
}

export function setWindow(height: i32, width: i32, y: i32, x: i32): void {
  kh = height;
  kw = width;
  top = y;
  left = x;
}

export function setSteps(overY: i32, overX: i32, betweenY: i32, betweenX: i32): void {
  strideY = overY;
  strideX = overX;
  spreadY = betweenY;
  spreadX = betweenX;
}

// @ts-ignore: decorator
@inline
export function ceilDiv(a: i32, b: i32): i32 {
  return a >= 0 ? (a + b - 1) / b : -(-a / b);
}

// @ts-ignore: decorator
@inline
export function floorDiv(a: i32, b: i32): i32 {
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

/** Which of the weights' taps is at (ky, kx) of a window that is turned or not. */
// @ts-ignore: decorator
@inline
export function tapAt(ky: i32, kx: i32, isTurned: bool): i32 {
  return isTurned ? (kh - 1 - ky) * kw + kw - 1 - kx : ky * kw + kx;
}
