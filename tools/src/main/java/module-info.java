/** Tools beside the runtime: preparing data, converting weights, regenerating bindings. */
module org.chagres.tools {
  requires org.chagres.train;
}
