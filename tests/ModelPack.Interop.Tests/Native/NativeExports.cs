using System.Runtime.InteropServices;

namespace ModelPack.Interop.Tests.Native;

/// <summary>One shared library, loaded by its absolute path. It stays loaded.</summary>
internal sealed class NativeExports
{
    private readonly nint handle;

    private NativeExports(nint handle) => this.handle = handle;

    /// <summary>Loads a library; those that it needs are found beside it.</summary>
    public static NativeExports Load(string path) => new(NativeLibrary.Load(Path.GetFullPath(path)));

    /// <summary>A function of the library.</summary>
    public T Get<T>(string name)
        where T : Delegate => Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(handle, name));

    /// <summary>A function, or null if the library does not have it.</summary>
    public T? Find<T>(string name)
        where T : Delegate =>
        NativeLibrary.TryGetExport(handle, name, out nint address) ? Marshal.GetDelegateForFunctionPointer<T>(address) : null;
}
