package org.chagres.bindings;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.MutableCallSite;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The functions of a library, for the generated bindings. A handle asked for here always comes: where the library or
 * the function is missing, calling it throws {@link MissingLibraryException} or {@link MissingSymbolException}, each
 * time.
 *
 * <p>A handle is a call site whose target is the function. The compiler sees through it as through a constant; it
 * changes only when a test puts other libraries in place ({@link SubstituteLibraries}), and then in every class that
 * holds one.
 */
public final class Symbols {

  private static final Map<Library, Symbols> ALL = new EnumMap<>(Library.class);

  static {
    for (Library library : Library.values()) {
      ALL.put(library, new Symbols(library));
    }
  }

  private final Library library;
  private final List<Link> links = new ArrayList<>();

  private Symbols(Library library) {
    this.library = library;
  }

  /** The functions of a library. */
  public static Symbols of(Library library) {
    return ALL.get(library);
  }

  /** A handle that calls a function. */
  public MethodHandle handle(String name, FunctionDescriptor type) {
    synchronized (Libraries.LOCK) {
      Link link = new Link(name, type);
      links.add(link);
      return link.site.dynamicInvoker();
    }
  }

  /**
   * Where a function lies.
   *
   * @throws MissingLibraryException if there is no such library
   * @throws MissingSymbolException if the library has no such function
   */
  public MemorySegment address(String name) {
    Libraries.Opened opened = Libraries.opened(library);
    return opened.lookup().find(name).orElseThrow(() -> missing(name, opened.status()));
  }

  /** Lets all handles call what is in place now. */
  static void relink() {
    List<MutableCallSite> changed = new ArrayList<>();
    for (Symbols symbols : ALL.values()) {
      for (Link link : symbols.links) {
        link.connect();
        changed.add(link.site);
      }
    }
    MutableCallSite.syncAll(changed.toArray(MutableCallSite[]::new));
  }

  private static RuntimeException missing(String name, LibraryStatus status) {
    return switch (status) {
      case LibraryStatus.Found found -> new MissingSymbolException(name, found);
      case LibraryStatus.Missing missing -> new MissingLibraryException(missing);
    };
  }

  /** One function of one class of bindings. */
  private final class Link {

    private static final MethodHandle GET;

    static {
      try {
        GET = MethodHandles.publicLookup().findVirtual(Supplier.class, "get", MethodType.methodType(Object.class));
      } catch (ReflectiveOperationException e) {
        throw new AssertionError(e);
      }
    }

    private final String name;
    private final MethodHandle function;
    private final MutableCallSite site;

    Link(String name, FunctionDescriptor type) {
      this.name = name;
      function = Linker.nativeLinker().downcallHandle(type);
      site = new MutableCallSite(function.type().dropParameterTypes(0, 1));
      connect();
    }

    void connect() {
      site.setTarget(Libraries.opened(library).lookup().find(name)
          .map(address -> MethodHandles.insertArguments(function, 0, address)).orElseGet(this::throwing));
    }

    /** Of the function's type, but throws: an exception of its own at every call. */
    private MethodHandle throwing() {
      Supplier<RuntimeException> reason = () -> missing(name, Libraries.opened(library).status());
      MethodHandle make = GET.bindTo(reason).asType(MethodType.methodType(RuntimeException.class));
      MethodHandle toss = MethodHandles.throwException(site.type().returnType(), RuntimeException.class);
      return MethodHandles.dropArguments(MethodHandles.foldArguments(toss, make), 0, site.type().parameterList());
    }
  }
}
