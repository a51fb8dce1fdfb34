using System.Text.RegularExpressions;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;

namespace ModelPack.Interop.Tests.Models;

/// <summary>Writes the GGUF view of a small model. No line of the converter takes part.</summary>
internal static partial class HandMadeGguf
{
    public static void Write(TinyModel model, string path) => Write(model, model.NativeTensors(), path);

    /// <param name="model">The model.</param>
    /// <param name="tensors">Its tensors, or others in their place.</param>
    /// <param name="path">The file.</param>
    /// <param name="further">Keys besides those of every model.</param>
    public static void Write(TinyModel model, IEnumerable<ModelTensor> tensors, string path, params MetadataEntry[] further)
    {
        ModelTensor[] ordered = [.. tensors];
        byte[][] payloads = [.. ordered.Select(tensor => tensor.Payload(TypeOf(model, tensor)))];
        GgufModel layout = new()
        {
            Metadata = [
                new("general.architecture", GgufValue.FromString(model.Architecture)), .. model.NativeParameters(),
                .. model.Tokenizer.Native(), .. further],
            Tensors = [
                .. ordered.Select(
                    (tensor, index) => new StoredTensor(tensor.Name, TypeOf(model, tensor), tensor.Shape, payloads[index].Length))],
        };
        PlanWriter.Write(GgufWriter.Plan(layout), payloads, path);
    }

    /// <summary>llama.cpp's operators want vectors, norms, routers and positions as F32 (hf-companions.md §3.2).</summary>
    public static TensorType TypeOf(TinyModel model, ModelTensor tensor) =>
        tensor.Shape.Length == 1 || AlwaysSingle().IsMatch(tensor.Name) ? TensorType.F32 : model.Type;

    [GeneratedRegex(@"_norm\.weight$|ffn_gate_inp|^position_embd|^token_types|(?<!\.weight)$")]
    private static partial Regex AlwaysSingle();
}
