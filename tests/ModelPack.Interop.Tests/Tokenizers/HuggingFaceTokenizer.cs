using System.Text.Json;
using ModelPack.Interop.Tests.Native;

namespace ModelPack.Interop.Tests.Tokenizers;

/// <summary>The tokenizers library of Hugging Face, running on a tokenizer.json.</summary>
internal static class HuggingFaceTokenizer
{
    public static int[][] Encode(ReadOnlyMemory<byte> tokenizer, IReadOnlyList<string> texts, bool addSpecial)
    {
        string path = Path.Combine(WrittenFiles.Folder, $"{Guid.NewGuid():N}.tokenizer.json");
        File.WriteAllBytes(path, tokenizer.Span);
        string question = JsonSerializer.Serialize(new { path, addSpecial, texts });
        return JsonSerializer.Deserialize<int[][]>(ReferencePrograms.Run("node", Reference.NodeFolder, question, "encode-texts.mjs"))!;
    }
}
