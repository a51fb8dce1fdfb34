using System.Buffers.Binary;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace ModelPack.Interop.Tests.Torch;

/// <summary>TorchSharp's native libraries, loaded from the folders of their packages. TorchSharp finds them by their names.</summary>
internal static class TorchLibrary
{
    /// <summary>The version of libstdc++ that came with GCC 13.</summary>
    public const string Gcc13 = "GLIBCXX_3.4.32";

    private const string Name = "libLibTorchSharp.so";
    private const byte Weak = 2;

    // Each needs the ones before it.
    private static readonly string[] Parts = ["libc10.so", "libtorch_cpu.so", "libtorch.so"];

    private static readonly Lazy<nint> Loaded = new(LoadAll);

    public static string TorchSharpPath => NativePath("TorchSharpPackage", Name);

    public static void EnsureLoaded() => Assert.AreNotEqual(0, Loaded.Value);

    /// <summary>
    /// Marks a version that a library asks for as weak (vna_flags of Elf64_Vernaux), so that the loader goes on without it.
    /// </summary>
    /// <exception cref="InvalidOperationException">The library does not ask for the version exactly once.</exception>
    public static byte[] WithWeakVersion(byte[] library, string version)
    {
        // vna_hash and vna_flags.
        Span<byte> entry = stackalloc byte[6];
        BinaryPrimitives.WriteUInt32LittleEndian(entry, ElfHash(version));
        int at = library.AsSpan().IndexOf(entry);
        if (at < 0 || library.AsSpan().LastIndexOf(entry) != at)
        {
            throw new InvalidOperationException($"the library does not ask for {version} exactly once");
        }

        byte[] copy = [.. library];
        copy[at + sizeof(uint)] = Weak;
        return copy;
    }

    private static nint LoadAll()
    {
        foreach (string part in Parts)
        {
            NativeLibrary.Load(NativePath("LibTorchPackage", part));
        }

        try
        {
            return NativeLibrary.Load(TorchSharpPath);
        }
        catch (DllNotFoundException missing) when (missing.Message.Contains(Gcc13, StringComparison.Ordinal))
        {
            // A compiler that is older than GCC 13 (Debian 12) brings no such libstdc++. The library asks for it in the name of one symbol,
            // ios_base_library_initv, which <iostream> mentions and nothing calls or points to; an older libstdc++ sets up its streams
            // without it.
            string path = Path.Combine(WrittenFiles.Folder, Name);
            File.WriteAllBytes(path, WithWeakVersion(File.ReadAllBytes(TorchSharpPath), Gcc13));
            return NativeLibrary.Load(path);
        }
    }

    private static string NativePath(string package, string name) =>
        Path.Combine(Package(package), "runtimes", "linux-x64", "native", name);

    private static string Package(string key) =>
        typeof(TorchLibrary).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;

    /// <summary>The hash of System V's ABI.</summary>
    private static uint ElfHash(string name)
    {
        uint hash = 0;
        foreach (byte letter in Encoding.ASCII.GetBytes(name))
        {
            hash = (hash << 4) + letter;
            uint high = hash & 0xF000_0000;
            hash = (hash ^ (high >> 24)) & ~high;
        }

        return hash;
    }
}
