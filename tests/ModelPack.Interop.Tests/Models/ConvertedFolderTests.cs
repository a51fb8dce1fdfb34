using ModelPack.Formats.Gguf;
using ModelPack.Models;

namespace ModelPack.Interop.Tests.Models;

/// <summary>A Hugging Face folder, converted to GGUF: llama.cpp runs it, and it holds what the file that was made by hand holds.</summary>
[TestClass]
public sealed class ConvertedFolderTests
{
    public TestContext TestContext { get; set; } = null!;

    public static IEnumerable<string> Labels => TinyModels.Labels;

    [TestMethod]
    [DynamicData(nameof(Labels))]
    public void Llama_computes_from_a_converted_folder_what_the_formulas_give(string label)
    {
        TinyModel model = TinyModels.Get(label);
        double difference = LogitsComparison.Difference(model, LogitsComparison.Run(model, ConvertedFolders.Gguf(model)));
        TestContext.WriteLine($"{label}: {difference:E2} of the largest logit");
        Assert.IsLessThan(model.Tolerance, difference);
    }

    [TestMethod]
    [DynamicData(nameof(Labels))]
    public void A_converted_folder_has_the_tensors_of_the_file_made_by_hand(string label)
    {
        TinyModel model = TinyModels.Get(label);
        using ModelFile found = ModelFiles.Open(ConvertedFolders.Gguf(model));
        Dictionary<string, ModelTensor> expected = model.NativeTensors().ToDictionary(tensor => tensor.Name);
        CollectionAssert.AreEquivalent(expected.Keys.ToArray(), found.Tensors.Select(tensor => tensor.Name).ToArray());
        foreach (TensorInfo tensor in found.Tensors)
        {
            ModelTensor wanted = expected[tensor.Name];
            Assert.AreEqual(HandMadeGguf.TypeOf(model, wanted), tensor.Type, tensor.Name);
            CollectionAssert.AreEqual(WithoutOnes(wanted.Shape), WithoutOnes(tensor.Shape), tensor.Name);
            if (tensor.Name != "rope_freqs.weight")
            {
                CollectionAssert.AreEqual(
                    wanted.Payload(tensor.Type), found.Source.ReadBytes(tensor.Offset, (int)tensor.ByteLength), tensor.Name);
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Labels))]
    public void A_converted_folder_has_the_keys_of_the_file_made_by_hand(string label)
    {
        TinyModel model = TinyModels.Get(label);
        using ModelFile found = ModelFiles.Open(ConvertedFolders.Gguf(model));
        Dictionary<string, GgufValue> values = found.Metadata.ToDictionary(entry => entry.Key, entry => (GgufValue)entry.Value);
        Assert.AreEqual(model.Architecture, values["general.architecture"].Text);
        foreach (MetadataEntry wanted in model.NativeParameters().Concat(model.Tokenizer.Native()))
        {
            // The converter of llama.cpp leaves these out where the head's or the embedding's width, or bos_token_id, says the same.
            bool isImplied = wanted.Key.EndsWith(".rope.dimension_count", StringComparison.Ordinal)
                || wanted.Key.EndsWith(".vocab_size", StringComparison.Ordinal)
                || (wanted.Key.EndsWith(".expert_weights_norm", StringComparison.Ordinal) && wanted.Value.Display() == "false")
                || wanted.Key == "tokenizer.ggml.cls_token_id";
            if (!values.TryGetValue(wanted.Key, out GgufValue? value))
            {
                Assert.IsTrue(isImplied, $"{wanted.Key} is missing");
                continue;
            }

            // The files made by hand use GPT-2's id for all; the published tokenizers of this family have an id of their own with the same
            // rules.
            GgufValue expected = wanted.Key == "tokenizer.ggml.pre" && PublishedIds.TryGetValue(model.Architecture, out string? id)
                ? GgufValue.FromString(id)
                : (GgufValue)wanted.Value;
            Assert.AreEqual(expected.Display(), value.Display(), wanted.Key);
            CollectionAssert.AreEqual(expected.RawBytes.ToArray(), value.RawBytes.ToArray(), wanted.Key);
        }
    }

    private static readonly Dictionary<string, string> PublishedIds = new() { ["phi2"] = "phi-2" };

    private static long[] WithoutOnes(IEnumerable<long> shape) => [.. shape.SkipWhile(dimension => dimension == 1)];
}
