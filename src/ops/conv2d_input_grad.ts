/**
 * conv2d_input_grad: dX[b, oy·sy + ky·dy − top, ox·sx + kx·dx − left, c] = Σ dY[b,oy,ox,n] · W[ky,kx,c,n], the gradient of
 * a convolution by its images: each gradient goes back along every tap that it came by. As a layer of its own it is a
 * transposed convolution.
 * Shapes: dY [B,OH,OW,N], W [KH,KW,C/G,N] → dX [B,H,W,C] or [B,H,W].
 */
export { conv2dInputGrad, conv2dInputGradOp } from "./conv2d.ts";
