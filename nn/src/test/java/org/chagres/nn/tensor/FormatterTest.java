package org.chagres.nn.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.chagres.simd.shape.DType;
import org.junit.jupiter.api.Test;

/** What PyTorch's print shows, character for character, except the names of types and options. */
final class FormatterTest {

  private static String text(float... values) {
    return Tensor.of(values).toString();
  }

  @Test
  void styles() {
    assertEquals("tensor([1., 2., 3.])", text(1, 2, 3));
    assertEquals("tensor([ 1.0000, -0.5000])", text(1, -0.5f));
    assertEquals("tensor([1.0000e-05, 1.0000e+00])", text(1e-5f, 1));
    assertEquals("tensor([1.0000e+00, 2.0000e+03])", text(1, 2000));
    assertEquals("tensor([   1., 1000.])", text(1, 1000));
    assertEquals("tensor([1.0000e+10])", text(1e10f));
    assertEquals("tensor([nan, 0.])", text(Float.NaN, 0));
    assertEquals("tensor([1., inf, -inf])", text(1, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY));
    assertEquals("tensor([0.5000,    nan])", text(0.5f, Float.NaN));
    assertEquals("tensor([0.0312])", text(0.03125f), "half to even");
    assertEquals("tensor([-0., 0.])", text(-0f, 0));
  }

  @Test
  void scalarsAndTypes() {
    assertEquals("tensor(3.)", Tensor.scalar(3).toString());
    assertEquals("tensor(0.1000)", Tensor.scalar(0.1).toString());
    assertEquals("tensor([ 1, 20])", Tensor.of(new long[] {1, 20}).toString());
    assertEquals("tensor([1, 2], dtype=i32)", Tensor.of(new int[] {1, 2}).toString());
    assertEquals("tensor([255], dtype=u8)", Tensor.of(new byte[] {-1}).toString());
    assertEquals("tensor([ True, False])", Tensor.of(new boolean[] {true, false}).toString());
    assertEquals("tensor([0.5000], dtype=f64)", Tensor.of(new double[] {0.5}).toString());
    assertEquals("tensor([])", Tensor.zeros(0).toString());
    assertEquals("tensor([], shape=[2, 0])", Tensor.zeros(2, 0).toString());
    assertEquals("tensor([], dtype=i64)", Tensor.arange(0).toString());
  }

  @Test
  void dimensions() {
    assertEquals("tensor([[0, 1, 2],\n        [3, 4, 5]])", Tensor.arange(6).reshape(2, 3).toString());
    assertEquals("""
        tensor([[[0, 1],
                 [2, 3]],

                [[4, 5],
                 [6, 7]]])""", Tensor.arange(8).reshape(2, 2, 2).toString());
    String image = Tensor.arange(8).to(DType.F32).reshape(1, 2, 2, 2).channelsLast().toString();
    assertTrue(image.startsWith("tensor([[[[0., 1.],\n"), image);
  }

  @Test
  void longOnes() {
    assertEquals("tensor([   0,    1,    2,  ..., 1998, 1999, 2000])", Tensor.arange(2001).toString());
    assertEquals("""
        tensor([[   0,    1,    2,  ...,  497,  498,  499],
                [ 500,  501,  502,  ...,  997,  998,  999],
                [1000, 1001, 1002,  ..., 1497, 1498, 1499],
                ...,
                [2000, 2001, 2002,  ..., 2497, 2498, 2499],
                [2500, 2501, 2502,  ..., 2997, 2998, 2999],
                [3000, 3001, 3002,  ..., 3497, 3498, 3499]])""", Tensor.arange(3500).reshape(7, 500).toString());
    assertEquals("""
        tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,
                18, 19])""", Tensor.arange(20).toString());
  }

  @Test
  void history() {
    Tensor x = Tensor.of(new float[] {1}).requiresGrad(true);
    assertEquals("tensor([1.], requiresGrad=true)", x.toString());
    assertEquals("tensor([2.], gradFn=mul)", x.mul(2).toString());
    Tensor freed;
    try (Scope scope = Scope.open()) {
      freed = Tensor.ones(2, 3);
    }
    assertEquals("tensor(freed, shape=[2, 3])", freed.toString());
  }
}
