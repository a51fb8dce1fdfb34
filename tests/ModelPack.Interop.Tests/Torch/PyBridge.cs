using System.Runtime.CompilerServices;
using System.Text.Json;

namespace ModelPack.Interop.Tests.Torch;

#pragma warning disable IDE0065 // TorchSharp's tensor, not the one of the namespace around.
using Tensor = TorchSharp.torch.Tensor;
#pragma warning restore IDE0065

/// <summary>
/// The tensors of a SafeTensors file as TorchSharp.PyBridge reads them. What it offers in public copies them into the tensors of a module,
/// which would convert their type and stretch their shape where these differ.
/// </summary>
internal static class PyBridge
{
    private const string Reader = "TorchSharp.PyBridge.Safetensors, TorchSharp.PyBridge";

    /// <summary>All tensors of a folder, of one file or of the shards that the index names.</summary>
    public static Dictionary<string, Tensor> ReadFolder(string folder) =>
        Files(folder).SelectMany(file => LoadStateDict(null, file, null)).ToDictionary();

    private static IEnumerable<string> Files(string folder)
    {
        string index = Path.Combine(folder, "model.safetensors.index.json");
        if (!File.Exists(index))
        {
            return [Path.Combine(folder, "model.safetensors")];
        }

        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(index));
        return [.. document.RootElement.GetProperty("weight_map").EnumerateObject()
            .Select(entry => Path.Combine(folder, entry.Value.GetString()!)).Distinct()];
    }

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = nameof(LoadStateDict))]
    private static extern Dictionary<string, Tensor> LoadStateDict(
        [UnsafeAccessorType(Reader)] object? type, string path, List<string>? keysToKeep);
}
