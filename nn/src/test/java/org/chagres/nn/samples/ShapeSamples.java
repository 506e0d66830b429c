package org.chagres.nn.samples;

import static org.chagres.nn.samples.OpSample.any;
import static org.chagres.nn.samples.OpSample.on;

import java.util.List;
import org.chagres.nn.tensor.Tensor;

/** Views, joining, picking. */
final class ShapeSamples {

  private ShapeSamples() {}

  static List<OpSample> all() {
    Tensor picks = Tensor.of(new long[] {2, 0, 2, 1}, 4);
    Tensor table = Tensor.of(new long[] {0, 3, 3, 1, 0, 0}, 2, 3);
    return List.of(
        new OpSample("reshape", x -> x[0].reshape(3, -1), any(2, 3, 4)),
        new OpSample("reshape of four dimensions", x -> x[0].reshape(6, 20), any(2, 3, 4, 5)),
        new OpSample("flatten", x -> x[0].flatten(1, 2), any(2, 3, 4, 5)),
        new OpSample("permute", x -> x[0].permute(2, 0, 1), any(2, 3, 4)),
        new OpSample("permute of four dimensions", x -> x[0].permute(3, 1, 0, 2), any(2, 3, 4, 5)),
        new OpSample("transpose", x -> x[0].transpose(1, -1), any(2, 3, 4, 5)),
        new OpSample("unsqueeze", x -> x[0].unsqueeze(-2), any(2, 3, 4)),
        new OpSample("squeeze", x -> x[0].squeeze(1), any(2, 1, 4, 3)),
        new OpSample("expand", x -> x[0].expand(4, 2, -1, 5), any(2, 3, 1)),
        new OpSample("expand of one", x -> x[0].expand(2, 3), any()),
        new OpSample("slice", x -> x[0].slice(1, 1, -1), any(2, 5, 3)),
        new OpSample("slice with a step", x -> x[0].slice(-1, 0, 7, 3), any(2, 3, 2, 7)),
        new OpSample("slice of nothing", x -> x[0].slice(0, 2, 2).sum().add(x[0].sum()), any(4, 2)),
        new OpSample("select", x -> x[0].select(1, -1), any(2, 3, 4)),
        new OpSample("select of four dimensions", x -> x[0].select(2, 1), any(2, 3, 4, 5)),
        new OpSample("overlapping views", x -> x[0].slice(0, 0, 3).mul(x[0].slice(0, 1, 4)), any(4, 2)),
        new OpSample("channels last", x -> x[0].channelsLast().neg(), any(2, 3, 4, 5)),
        new OpSample("cat", x -> Tensor.cat(1, x[0], x[1], x[0]), any(2, 3), any(2, 4)),
        new OpSample("cat of four dimensions", x -> Tensor.cat(1, x[0], x[1]), any(2, 3, 4, 2), any(2, 1, 4, 2)),
        new OpSample("cat with an empty one", x -> Tensor.cat(0, x[0], x[0].slice(0, 0, 0)), any(2, 3)),
        new OpSample("stack", x -> Tensor.stack(-1, x[0], x[1]), any(2, 3), any(2, 3)),
        new OpSample("stack to four dimensions", x -> Tensor.stack(1, x[0], x[1]), any(2, 3, 4), any(2, 3, 4)),
        new OpSample("index select", x -> x[0].indexSelect(on(x[0], picks)), any(3, 5)),
        new OpSample("index select of four dimensions", x -> x[0].indexSelect(on(x[0], picks)), any(3, 2, 2, 3)),
        new OpSample("index select of a vector", x -> x[0].indexSelect(on(x[0], picks)), any(3)),
        new OpSample("embedding", x -> x[0].indexSelect(on(x[0], table)), any(4, 3)));
  }
}
