using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.Tokenizers;
using ModelPack.Codec.Tests.Checkpoints;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Codec.Tests.Documentation;
using ModelPack.Interop.Tests.Torch;
using TorchSharp;

namespace ModelPack.Interop.Tests;

/// <summary>docs/library.md shows how other libraries take tensors and tokenizers: these lines, which run here.</summary>
[TestClass]
public sealed class LibraryPageTests
{
    private static string Small => RepositoryData.Path("corpus", "gguf", "models", "random-qwen2-small-Q4_K_M.gguf");

    [TestMethod]
    public void TorchSharp_takes_the_values_with_their_shape()
    {
        TorchLibrary.EnsureLoaded();
        string path = Small;
        #region torchsharp
        using Model model = Model.Open(path);
        Tensor embeddings = model.Tensors["token_embd.weight"];
        using torch.Tensor rows = torch.tensor(embeddings.Slice(0, 10).ToSingles()).reshape(10, embeddings.Shape[1]);
        #endregion
        CollectionAssert.AreEqual(new[] { 10, embeddings.Shape[1] }, rows.shape);
        CollectionAssert.AreEqual(embeddings.Slice(0, 10).ToSingles(), rows.data<float>().ToArray());
    }

    [TestMethod]
    [DataRow("llama-2-spm")]
    [DataRow("llama-mistral-v01")]
    public void Microsoft_ML_Tokenizers_takes_the_pieces_of_SentencePiece(string name)
    {
        using TempFolder temp = new();
        string path = Gguf(name, temp);
        #region tokenizer-pieces
        using Model model = Model.Open(path);
        using MemoryStream pieces = new(model.DeriveFile("tokenizer.model")!);
        Tokenizer tokenizer = LlamaTokenizer.Create(pieces, addBeginOfSentence: true, addEndOfSentence: false);
        IReadOnlyList<int> ids = tokenizer.EncodeToIds("Once upon a time");
        #endregion
        Assert.IsNotEmpty(ids);
        Compare(temp, "ids", tokenizer);
    }

    [TestMethod]
    [DataRow("llama-31-instruct")]
    [DataRow("llama-32-tied-v5")]
    public void Microsoft_ML_Tokenizers_takes_vocabulary_and_merges_of_a_byte_level_tokenizer(string name)
    {
        using TempFolder temp = new();
        string path = Gguf(name, temp);
        #region tokenizer-merges
        using Model model = Model.Open(path);
        string[] tokens = model.Metadata.GetStrings("tokenizer.ggml.tokens")!;
        Regex llama3 = new(
            @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+");
        Tokenizer tokenizer = BpeTokenizer.Create(new BpeOptions(tokens.Select((token, id) => KeyValuePair.Create(token, id)))
        {
            Merges = model.Metadata.GetStrings("tokenizer.ggml.merges"),
            ByteLevel = true,
            PreTokenizer = new RegexPreTokenizer(llama3, specialTokens: null),
        });
        #endregion
        Compare(temp, "ids_without_special", tokenizer);
    }

    /// <summary>Compiled, and not run: the native half of OnnxRuntime is 0.5 GB.</summary>
    public static void OnnxRuntime_takes_the_values_with_their_shape(string path)
    {
        #region onnxruntime
        using Model model = Model.Open(path);
        Tensor embeddings = model.Tensors["token_embd.weight"];
        using OrtValue value = OrtValue.CreateTensorValueFromMemory(embeddings.ToSingles(), [.. embeddings.Shape]);
        using SessionOptions options = new();
        options.AddInitializer("embeddings", value);                       // for a graph that leaves its weights outside
        #endregion
    }

    [TestMethod]
    [DataRow("torchsharp")]
    [DataRow("tokenizer-pieces")]
    [DataRow("tokenizer-merges")]
    [DataRow("onnxruntime")]
    public void The_page_shows_what_the_test_runs(string region)
    {
        string code = ShownCode.Region(region, "tests", "ModelPack.Interop.Tests", "LibraryPageTests.cs")
            .Replace("Open(path)", "Open(\"qwen.gguf\")", StringComparison.Ordinal);
        GeneratedSection.ShouldBe(Path.Combine(RepositoryData.Repository, "docs", "library.md"), region, $"```cs\n{code}```\n");
    }

    private static string Gguf(string checkpoint, TempFolder temp)
    {
        CheckpointArchive.Extract(RepositoryData.Path("corpus", "hf", checkpoint + CheckpointArchive.Ending), temp.Root);
        string path = temp.At("model.gguf");
        Unflushed.Convert(temp.At(CheckpointArchive.Folder), path, ModelFormat.Gguf, new() { Origin = OriginMode.None });
        return path;
    }

    /// <summary>The texts without a special token in them; an empty text gets no first token from LlamaTokenizer.</summary>
    private static void Compare(TempFolder temp, string kind, Tokenizer tokenizer)
    {
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllText(temp.At(CheckpointArchive.Expected)));
        JsonElement[] texts = [.. expected.RootElement.GetProperty("texts").EnumerateArray()
            .Where(text => text.GetProperty("text").GetString() is { Length: > 0 } words
                && !words.Contains('<', StringComparison.Ordinal))];
        Assert.IsGreaterThan(5, texts.Length);
        foreach (JsonElement text in texts)
        {
            string words = text.GetProperty("text").GetString()!;
            int[] ids = [.. text.GetProperty(kind).EnumerateArray().Select(id => id.GetInt32())];
            CollectionAssert.AreEqual(ids, tokenizer.EncodeToIds(words).ToArray(), words);
        }
    }
}
