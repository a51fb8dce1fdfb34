using ModelPack.Interop.Tests.Models;
using ModelPack.Models;
using ModelTensor = ModelPack.Interop.Tests.Models.ModelTensor;

namespace ModelPack.Interop.Tests.Torch;

/// <summary>Folders that were made of GGUF.</summary>
internal static class TorchFolders
{
    public static string[] Labels { get; } = [
        "llama-F32", "llama-BF16", "mistral-F32", "mistral-BF16", "qwen2-F32", "qwen2-BF16", "qwen3-F32", "qwen3-BF16"];

    /// <summary>The GGUF of a small model, put together by hand.</summary>
    public static string Gguf(TinyModel model)
    {
        string path = Path.Combine(WrittenFiles.Folder, $"{model.Label}.torch.gguf");
        HandMadeGguf.Write(model, path);
        return path;
    }

    /// <param name="model">The model.</param>
    /// <param name="byApr">True if it goes by way of an APR file that keeps nothing of the GGUF.</param>
    /// <param name="options">How the folder is written.</param>
    public static string Folder(TinyModel model, bool byApr, ConversionOptions options)
    {
        Trip trip = Trip.From(Gguf(model), $"{model.Label}.torch");
        trip = byApr ? trip.To(ModelFormat.Apr, new() { Origin = OriginMode.None }) : trip;
        return trip.To(ModelFormat.SafeTensors, options).Path;
    }

    /// <summary>The folder of a quantized model of the corpus.</summary>
    public static string Recorded(string file) =>
        Trip.From(RepositoryData.Path("corpus", "gguf", "models", file), $"{file}.torch").To(ModelFormat.SafeTensors).Path;

    /// <summary>A folder in which one number of a tensor has the other sign: its largest, or that of a token's row.</summary>
    public static string Spoiled(TinyModel model, ModelTensor tensor, int token)
    {
        string folder = Folder(model, byApr: false, new());
        int first = tensor.Rows == model.Tokenizer.VocabularySize ? token * tensor.RowLength : 0;
        int count = first > 0 ? tensor.RowLength : tensor.Values.Length;
        float[] candidates = [.. tensor.Values.AsSpan(first, count).ToArray().Select(Math.Abs)];
        long at;
        using (ModelFile file = ModelFiles.Open(folder))
        {
            TensorInfo found = file.Tensors.Single(info => info.Name == tensor.Name);
            Assert.AreEqual(TensorType.F32, found.Type);
            at = found.Offset + (sizeof(float) * (first + Array.IndexOf(candidates, candidates.Max())));
        }

        using FileStream stream = new(Path.Combine(folder, "model.safetensors"), FileMode.Open, FileAccess.ReadWrite);
        stream.Position = at + sizeof(float) - 1;
        int highest = stream.ReadByte();
        stream.Position--;
        stream.WriteByte((byte)(highest ^ 0x80));
        return folder;
    }
}
