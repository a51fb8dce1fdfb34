using ModelPack.Codec.Tests.Verification;
using ModelPack.Conversion;
using ModelPack.Conversion.Ancestors;
using ModelPack.Conversion.Pipeline;
using ModelPack.Conversion.Proof;
using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.Models;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>Two payloads of one XXH128 are made in an instant (tests/data/cases/hostile/collision): where a stranger wrote both, bytes
/// decide.</summary>
[TestClass]
public sealed class CollidingPayloadTests
{
    [TestMethod]
    public void Two_models_of_one_XXH128_are_not_equal_in_any_comparison()
    {
        using TempFolder folder = new();
        (string a, string b) = (Case("a.gguf"), Case("b.gguf"));
        ModelConverter.Convert(a, folder.At("a.safetensors"), ModelFormat.SafeTensors, new());
        ModelConverter.Convert(b, folder.At("b.safetensors"), ModelFormat.SafeTensors, new());
        foreach ((string first, string second) in new[]
        {
            (a, b),
            (a, folder.At("b.safetensors")),
            (folder.At("b.safetensors"), a),
            (folder.At("a.safetensors"), folder.At("b.safetensors")),
        })
        {
            Assert.IsFalse(ModelVerifier.Verify(first, second, ProofLevel.L1).Passed);
            using ModelFile left = ModelFiles.Open(first);
            using ModelFile right = ModelFiles.Open(second);
            Assert.IsFalse(ModelDiff.Compare(left, right).Differences.IsEmpty);
        }

        Assert.IsTrue(ModelVerifier.Verify(b, folder.At("b.safetensors"), ProofLevel.L3).Passed);
    }

    [TestMethod]
    public void What_is_shown_is_compared_by_its_bytes_with_what_it_is_made_of()
    {
        using TempFolder folder = new();
        (byte[] shown, byte[] made) = (Payload("a.gguf"), Payload("b.gguf"));
        Assert.AreEqual(Hash128.Of(shown), Hash128.Of(made));
        string path = folder.Write("m.gguf", TestModels.GgufBytes(
            [new("shown", TensorType.F32, [shown.Length / 4], shown), new("made", TensorType.F32, [made.Length / 4], made)]));
        using ModelFile file = ModelFiles.Open(path);
        ShownPayload pair = new(new StoredPayload(0, shown.Length), new StoredPayload(1, made.Length));
        StringAssert.Contains(Parent.FindUnlike(file, [pair], _ => Hash128.Of(made), CancellationToken.None), "'shown'");
        Assert.IsNull(Parent.FindUnlike(file, [pair with { Made = pair.Shown }], _ => null, CancellationToken.None));
    }

    // A source may change after it was read: then bytes that are alike by now are not those that were read.
    [TestMethod]
    public void What_is_shown_was_alike_too_when_it_was_read()
    {
        using TempFolder folder = new();
        byte[] bytes = Payload("a.gguf");
        string path = folder.Write("m.gguf", TestModels.GgufBytes(
            [new("shown", TensorType.F32, [bytes.Length / 4], bytes), new("made", TensorType.F32, [bytes.Length / 4], bytes)]));
        using ModelFile file = ModelFiles.Open(path);
        ShownPayload pair = new(new StoredPayload(0, bytes.Length), new StoredPayload(1, bytes.Length));
        Assert.IsNull(Parent.FindUnlike(file, [pair], _ => Hash128.Of(bytes), CancellationToken.None));
        StringAssert.Contains(
            Parent.FindUnlike(
                file, [pair], recipe => ReferenceEquals(recipe, pair.Shown) ? Hash128.Of([1]) : Hash128.Of(bytes), CancellationToken.None),
            "'shown'");
    }

    // Hashes of a container that was read before say nothing of its bytes.
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public void Reconversion_is_compared_by_its_bytes_with_what_no_payload_of_it_is(int steps)
    {
        using TempFolder folder = new();
        string source = folder.Write("q.gguf", TestModels.GgufBytes([HostileCaseTests.Q5K("blk.0.ffn_up.weight", 0x3C00)]));
        string path = folder.At("q.safetensors");
        ModelConverter.Convert(source, path, ModelFormat.SafeTensors, new());
        if (steps > 1)
        {
            ModelConverter.Convert(path, folder.At("q.apr"), ModelFormat.Apr, new());
            path = folder.At("q.apr");
        }

        using ModelFile container = ModelFiles.Open(path);
        Ancestor ancestor = NearestAncestor.At(container, steps)!;
        using ModelFile file = ModelFiles.Open(source);
        PassResult known = Reconversion.Examine(container, PassWork.None, threads: 0, progress: null, CancellationToken.None);
        ProofContext context = new(new(), null, CancellationToken.None);
        Assert.IsTrue(Reconversion.Compare(file, ancestor.Steps, container.Source, known, context).IsSame);

        byte[] bytes = container.Source.ReadBytes(0, (int)container.Source.Length);
        int[] places = [9, (int)container.AllTensors[0].Offset - 1, (int)container.AllTensors[0].Offset];
        foreach (int place in steps == 1 ? places : places[..2])
        {
            byte[] other = [.. bytes];
            other[place] ^= 1;
            using MemoryByteSource changed = new(other);
            Assert.IsFalse(Reconversion.Compare(file, ancestor.Steps, changed, known, context).IsSame, $"byte {place}");
        }
    }

    private static string Case(string name) => RepositoryData.Path("cases", "hostile", "collision", name);

    private static byte[] Payload(string name)
    {
        using ModelFile file = ModelFiles.Open(Case(name));
        return file.Source.ReadBytes(file.Tensors[0].Offset, (int)file.Tensors[0].ByteLength);
    }
}
