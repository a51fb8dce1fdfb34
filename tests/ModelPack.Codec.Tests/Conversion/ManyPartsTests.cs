using ModelPack.Architectures;
using ModelPack.Architectures.Names;
using ModelPack.Codec.Tests.Verification;
using ModelPack.Formats.Gguf;
using ModelPack.Models;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>Stacks of very many parts of a few bytes each: each part would become a tensor of its own.</summary>
[TestClass]
public sealed class ManyPartsTests
{
    private const long AllocationLimit = 64 << 20;

    [TestMethod]
    public void A_stack_of_more_parts_than_its_bytes_are_worth_is_not_taken_apart()
    {
        using TempFolder folder = new();
        string source = folder.Write("many.gguf", Stacks(20_000));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Certificate certificate = ModelConverter.Convert(source, folder.At("out.safetensors"), ModelFormat.SafeTensors, new());
        Assert.IsLessThan(AllocationLimit, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.AreEqual(Meaning.Carried, certificate.Meaning);
        StringAssert.Contains(
            certificate.Notes.Single(note => note.StartsWith("tensors keep their names", StringComparison.Ordinal)),
            "with its 20000 parts the model would have 40000, 35268 at most for its bytes");
        using ModelFile file = ModelFiles.Open(source);
        Assert.HasCount(3, file.Tensors);
        ModelPackException refusal = Assert.ThrowsExactly<ModelPackException>(
            () => TensorTranslator.ToHuggingFace(ModelTensor.Of(file.Tensors), ModelFacts.From("qwen3moe", file.Metadata)));
        Assert.AreEqual((TranslationErrors.TooManyParts, "blk.0.ffn_up_exps.weight"), (refusal.Code, refusal.TensorName));
        ModelConverter.Convert(folder.At("out.safetensors"), folder.At("back.gguf"), ModelFormat.Gguf, new());
        CollectionAssert.AreEqual(File.ReadAllBytes(source), File.ReadAllBytes(folder.At("back.gguf")));
    }

    [TestMethod]
    public void A_small_model_may_have_many_experts()
    {
        using TempFolder folder = new();
        string source = folder.Write("many.gguf", Stacks(2_000));
        ModelConverter.Convert(source, folder.At("out.safetensors"), ModelFormat.SafeTensors, new());
        using ModelFile file = ModelFiles.Open(folder.At("out.safetensors"));
        Assert.HasCount(4_000 + 1, file.Tensors);
    }

    private static byte[] Stacks(int experts)
    {
        TestTensor Stack(string kind) => new($"blk.0.ffn_{kind}_exps.weight", TensorType.F32, [experts, 1, 1], new byte[experts * 4]);
        return TestModels.GgufBytes(
            [TestTensor.Random("token_embd.weight", TensorType.F32, 1, 8, 1), Stack("gate"), Stack("up")],
            ("general.architecture", GgufValue.FromString("qwen3moe")),
            ("qwen3moe.expert_count", GgufValue.FromUInt32((uint)experts)));
    }
}
