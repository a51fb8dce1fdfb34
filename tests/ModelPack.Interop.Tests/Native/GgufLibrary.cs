using System.Runtime.InteropServices;

namespace ModelPack.Interop.Tests.Native;

/// <summary>The reference GGUF reader: <c>gguf_init_from_file</c> and its getters.</summary>
internal sealed class GgufLibrary
{
    private readonly NativeExports exports;
    private readonly Initializer init;
    private readonly Releaser free;
    private readonly LogCallback ignoreLog = (_, _, _) => { };

    private GgufLibrary(NativeExports exports)
    {
        this.exports = exports;
        init = exports.Get<Initializer>("gguf_init_from_file");
        free = exports.Get<Releaser>("gguf_free");
        exports.Get<LogSetter>("ggml_log_set")(ignoreLog, 0);
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void LogCallback(int level, nint text, nint userData);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void LogSetter(LogCallback callback, nint userData);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint Initializer([MarshalAs(UnmanagedType.LPUTF8Str)] string path, InitializerParameters parameters);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void Releaser(nint context);

    /// <summary>Loads <c>libggml-base.so</c>.</summary>
    public static GgufLibrary Load(string folder) => new(NativeExports.Load(Path.Combine(folder, "libggml-base.so")));

    /// <summary>Reads header and payloads of a file; null if the library refuses it.</summary>
    public GgufContents? Read(string path)
    {
        using PinnedPointer tensors = new();
        nint context = init(path, new() { NoAllocation = 0, Tensors = tensors.Address });
        if (context == 0)
        {
            return null;
        }

        try
        {
            return new GgufGetters(exports, context, tensors.Value).ReadAll();
        }
        finally
        {
            free(context);
            exports.Get<Releaser>("ggml_free")(tensors.Value);
        }
    }

    /// <summary>struct gguf_init_params.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct InitializerParameters
    {
        public byte NoAllocation;
        public nint Tensors;
    }

    /// <summary>A place in memory that the library writes a pointer to.</summary>
    private sealed class PinnedPointer : IDisposable
    {
        public nint Address { get; } = Allocate();

        public nint Value => Marshal.ReadIntPtr(Address);

        public void Dispose() => Marshal.FreeHGlobal(Address);

        private static nint Allocate()
        {
            nint address = Marshal.AllocHGlobal(nint.Size);
            Marshal.WriteIntPtr(address, 0);
            return address;
        }
    }
}
