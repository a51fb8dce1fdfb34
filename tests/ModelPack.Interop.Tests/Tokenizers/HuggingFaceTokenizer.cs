using System.Text.Json;
using ModelPack.Interop.Tests.Native;

namespace ModelPack.Interop.Tests.Tokenizers;

/// <summary>The tokenizers library of Hugging Face, running on a tokenizer.json.</summary>
internal static class HuggingFaceTokenizer
{
    /// <summary>The id of each token; null for one that the library does not know.</summary>
    public static int?[] Ids(ReadOnlyMemory<byte> tokenizer, IReadOnlyList<string> tokens)
    {
        string question = JsonSerializer.Serialize(new { path = Write(tokenizer), tokens });
        return JsonSerializer.Deserialize<int?[]>(ReferencePrograms.Run("node", Reference.NodeFolder, question, "token-ids.mjs"))!;
    }

    public static int[][] Encode(ReadOnlyMemory<byte> tokenizer, IReadOnlyList<string> texts, bool addSpecial)
    {
        string question = JsonSerializer.Serialize(new { path = Write(tokenizer), addSpecial, texts });
        return JsonSerializer.Deserialize<int[][]>(ReferencePrograms.Run("node", Reference.NodeFolder, question, "encode-texts.mjs"))!;
    }

    private static string Write(ReadOnlyMemory<byte> tokenizer)
    {
        string path = Path.Combine(WrittenFiles.Folder, $"{Guid.NewGuid():N}.tokenizer.json");
        File.WriteAllBytes(path, tokenizer.Span);
        return path;
    }
}
