using ModelPack.Codec.Tests.Verification;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>Records that fit their container and are not those that a conversion would have put there.</summary>
[TestClass]
public sealed class ForgedRecordTests
{
    [TestMethod]
    public void Payloads_that_a_record_puts_behind_other_names_stay_behind_their_own()
    {
        using TempFolder folder = new();
        string source = folder.Write("two.gguf", TestModels.GgufBytes([TestTensor.F32("alpha", 1), TestTensor.F32("bravo", 2)]));
        string path = folder.At("two.safetensors");
        ModelConverter.Convert(source, path, ModelFormat.SafeTensors, new());
        byte[] genuine = File.ReadAllBytes(path);
        foreach (bool isForged in new[] { false, true })
        {
            File.WriteAllBytes(
                path, isForged
                    ? OriginRecords.WithRecord(genuine, record => record with { Tensors = [record.Tensors[1], record.Tensors[0]] })
                    : genuine);
            string made = folder.At($"{isForged}.apr");
            ModelConverter.Convert(path, made, ModelFormat.Apr, new());
            CollectionAssert.AreEqual(Payload(path, "alpha"), Payload(made, "alpha"));
            CollectionAssert.AreEqual(Payload(path, "bravo"), Payload(made, "bravo"));
        }
    }

    private static byte[] Payload(string path, string name)
    {
        using ModelFile file = ModelFiles.Open(path);
        TensorInfo tensor = file.Tensors.Single(tensor => tensor.Name == name);
        return file.Source.ReadBytes(tensor.Offset, (int)tensor.ByteLength);
    }
}
