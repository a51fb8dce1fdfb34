using System.Collections.Immutable;
using ModelPack.Codec.Tests.Verification;
using ModelPack.Conversion.Ancestors;
using ModelPack.IO;
using ModelPack.Origin;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>Records that can be read, and cannot be followed in the file that holds them.</summary>
[TestClass]
public sealed class DamagedRecordTests
{
    [TestMethod]
    public void A_view_of_a_tensor_that_the_file_does_not_hold()
    {
        using ModelFile one = TestModels.Gguf(TestTensor.F32("w", 1));
        RestoredFile.Check(Record([], [new(0, default)]), one);
        Refused(() => RestoredFile.Check(Record([], [new(0, default), new(1, default)]), one),
            "names tensor 1, which the file does not hold");
        using ModelFile none = TestModels.Gguf();
        Refused(() => RestoredFile.Check(Record([], [new(0, default)]), none), "names tensor 0, which the file does not hold");
    }

    [TestMethod]
    public void A_payload_of_a_tensor_that_the_file_does_not_hold()
    {
        using ModelFile file = TestModels.Gguf(TestTensor.F32("w", 1));
        Refused(() => RestoredFile.Check(Record([new StoredPayload(1, 4)], []), file), "cannot make tensor 0");
    }

    [TestMethod]
    public void More_bytes_than_such_a_file_can_give()
    {
        using ModelFile file = TestModels.Gguf(TestTensor.F32("w", new float[1 << 18]));
        StoredPayload all = new(0, file.Tensors[0].ByteLength);
        RestoredFile.Check(Record([all], []), file);
        ModelPackException exception = Assert.Throws<ModelPackException>(
            () => RestoredFile.Check(Record([.. Enumerable.Repeat(all, 1 << 14)], []), file));
        Assert.AreEqual(PayloadErrors.RecordTooLarge, exception.Code);
        Assert.Contains($"it describes {all.Bytes << 14} bytes", exception.Detail);
    }

    [TestMethod]
    public void A_view_in_a_record_within_of_a_tensor_that_the_outer_one_does_not_describe()
    {
        using ModelFile file = TestModels.Gguf(TestTensor.F32("w", 1));
        OriginRecord outer = Record([new StoredPayload(0, 4)], []);
        Assert.HasCount(1, RestoredFile.Through(outer, Record([], [new(0, default)]), file).Views);
        Refused(() => RestoredFile.Through(outer, Record([], [new(1, default)]), file),
            "a record within it names a tensor that does not exist");
    }

    private static OriginRecord Record(ImmutableArray<PayloadRecipe> payloads, ImmutableArray<ShadowTensor> views) => new()
    {
        Format = ModelFormat.SafeTensors,
        Quantized = QuantizedMode.Blocks,
        Naming = NamingMode.Native,
        Form = new(null, null),
        Files = [new("model.safetensors", new FilePlan([]), default)],
        Tensors = [.. payloads.Select(payload => new OriginTensor(payload, default))],
        Views = views,
    };

    private static void Refused(Action check, string why)
    {
        ModelPackException exception = Assert.Throws<ModelPackException>(check);
        Assert.AreEqual(OriginErrors.DamagedOrigin, exception.Code);
        Assert.Contains(why, exception.Detail);
    }
}
