/** Tools beside the runtime: preparing data, converting weights, regenerating bindings. */
module org.chagres.tools {
  requires org.chagres.train;

  opens org.chagres.tools to
      info.picocli;

  provides org.chagres.train.cli.Command with
      org.chagres.tools.TorchInterop;
}
