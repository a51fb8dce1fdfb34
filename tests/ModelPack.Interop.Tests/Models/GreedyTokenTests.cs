using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using ModelPack.Codec.Tests.Checkpoints;
using ModelPack.Codec.Tests.Documentation;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Interop.Tests.Models;

/// <summary>Checkpoints whose logits transformers computed: llama.cpp ranks the same tokens first in the GGUF that their folders
/// become.</summary>
[TestClass]
public sealed class GreedyTokenTests
{
    /// <summary>How far behind its first token llama.cpp may see that of transformers, as a part of the range of the logits.</summary>
    private const float Tolerance = 0.02f;

    private const string Width = "llama.cpp takes the width of all heads for that of the model, as it is in the published ones";

    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private static readonly Dictionary<string, Expectation> Expected = JsonSerializer.Deserialize<Dictionary<string, Expectation>>(
        File.ReadAllText(RepositoryData.Path("corpus", "hf", "greedy.json")), Snake)!;

    /// <summary>Checkpoints that the llama.cpp of the tests does not run in the GGUF of its own converter either.</summary>
    private static readonly Dictionary<string, string> Reasons = new()
    {
        ["command-r-plus"] = "llama.cpp knows the model with norms of q and k by its 64 layers, and this one has 2",
        ["exaone4"] = Width,
        ["exaone4-hybrid"] = Width,
        ["gemma3n-text"] = "llama.cpp takes the ranks and widths of the published models, which this one does not have",
        ["deepseek2-lite"] = "llama.cpp knows a model without that rank by its 26 or 27 layers, and this one has 2",
    };

    /// <summary>The token of a picture among the ids, and what fills up: the class of the whole model puts that in its place where there is
    /// no picture.</summary>
    private static readonly Dictionary<string, (int Picture, int Filling)> Pictures = new() { ["gemma4-dense"] = (17, 0) };

    [TestMethod]
    public void Llama_ranks_the_tokens_first_that_transformers_does()
    {
        StringBuilder table = new("| Checkpoint | Architecture in GGUF | runs |\n|---|---|---|\n");
        List<string> wrong = [];
        foreach ((string name, Expectation expected) in Expected.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            using Checkpoint checkpoint = new(name);
            if (checkpoint.Architecture is not { } architecture)
            {
                continue;
            }

            (int picture, int filling) = Pictures.GetValueOrDefault(name, (-1, -1));
            int[] ids = [.. expected.InputIds.Select(id => id == picture ? filling : id)];
            string result = Result(checkpoint.Path, expected with { InputIds = ids }, out bool isRight);
            table.Append($"| {name} | {architecture} | {result}{(Reasons.TryGetValue(name, out string? reason) ? $": {reason}" : "")} |\n");
            if (!isRight && reason is null)
            {
                wrong.Add($"{name}: {result}");
            }
        }

        GeneratedSection.ShouldBe(Path.Combine(RepositoryData.Repository, "docs", "architectures.md"), "greedy", table.ToString());
        Assert.IsEmpty(wrong, string.Join('\n', wrong));
    }

    [TestMethod]
    public void A_spoiled_matrix_gives_other_tokens()
    {
        using Checkpoint checkpoint = new("qwen3-tied");
        byte[] bytes = File.ReadAllBytes(checkpoint.Path);
        using (GgufFile file = GgufFile.Open(new MemoryByteSource(bytes)))
        {
            TensorInfo spoiled = file.Tensors.Single(tensor => tensor.Name == "blk.0.ffn_down.weight");
            MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan((int)spoiled.Offset, (int)spoiled.ByteLength / 2)).Reverse();
        }

        File.WriteAllBytes(checkpoint.Path, bytes);
        Result(checkpoint.Path, Expected["qwen3-tied"], out bool isRight);
        Assert.IsFalse(isRight);
    }

    private static string Result(string path, Expectation expected, out bool isRight)
    {
        isRight = false;
        IReadOnlyList<float[]> logits;
        try
        {
            logits = LogitsComparison.Logits(path, expected.InputIds);
        }
        catch (InvalidOperationException exception)
        {
            return $"not loaded: {exception.Message[(exception.Message.IndexOf(": ", StringComparison.Ordinal) + 2)..].Split('\n')[0]}";
        }

        int right = logits.Zip(expected.Greedy).Count(
            pair => pair.First[pair.Second] >= pair.First.Max() - (Tolerance * (pair.First.Max() - pair.First.Min())));
        isRight = right == expected.Greedy.Length;
        return $"{right} of {expected.Greedy.Length}";
    }

    private sealed record Expectation(int[] InputIds, int[] Greedy, double[] Lead);

    /// <summary>A checkpoint and the GGUF that its folder becomes.</summary>
    private sealed class Checkpoint : IDisposable
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("modelpack-greedy-");

        public Checkpoint(string name)
        {
            CheckpointArchive.Extract(RepositoryData.Path("corpus", "hf", name + CheckpointArchive.Ending), folder.FullName);
            ModelConverter.Convert(
                System.IO.Path.Combine(folder.FullName, CheckpointArchive.Folder), Path, ModelFormat.Gguf, new());
            using GgufFile file = GgufFile.Open(new MemoryByteSource(File.ReadAllBytes(Path)));
            Architecture = file.Architecture is { } said && file.Find($"{said}.block_count") is not null ? said : null;
        }

        public string Path => System.IO.Path.Combine(folder.FullName, "converted.gguf");

        /// <summary>The architecture; null if the model travels under its own names.</summary>
        public string? Architecture { get; }

        public void Dispose() => folder.Delete(recursive: true);
    }
}
