using ModelPack.Codec.Tests.Verification;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>Folders and sets that are not one model.</summary>
[TestClass]
public sealed class ModelLocationTests
{
    [TestMethod]
    [DataRow("holds 2 GGUF models", "a.gguf", "b.gguf")]
    [DataRow("holds 1 GGUF models", "a.gguf", "b.apr")]
    [DataRow("holds 2 .safetensors files and no index", "a.safetensors", "b.safetensors")]
    [DataRow("holds 2 .apr files and no index", "a.apr", "b.apr")]
    public void A_folder_with_several_models(string why, params string[] names)
    {
        using TempFolder folder = new();
        foreach (string name in names)
        {
            folder.Write(name, []);
        }

        ModelFormatException exception = Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(folder.Root).Dispose());
        Assert.AreEqual(ModelSetErrors.SeveralModels, exception.Code);
        Assert.AreEqual(folder.Root, exception.FilePath);
        Assert.Contains(why, exception.Detail);
    }

    [TestMethod]
    public void A_companion_that_is_too_large_to_be_carried()
    {
        using TempFolder folder = new();
        folder.Write("model.safetensors", SmallModels.SafeTensors());
        using (FileStream config = File.Create(folder.At("config.json")))
        {
            config.SetLength(long.MaxValue >> 20);
        }

        ModelFormatException exception = Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(folder.Root).Dispose());
        Assert.AreEqual(ModelSetErrors.CompanionTooLarge, exception.Code);
        Assert.AreEqual(folder.At("config.json"), exception.FilePath);
        Assert.Contains($"'config.json' has {long.MaxValue >> 20} bytes", exception.Detail);
    }

    [TestMethod]
    public void A_set_of_companions_alone()
    {
        NamedSource[] files = [
            .. new[] { "config.json", "tokenizer.json" }.Select(
                name => new NamedSource(name, new MemoryByteSource("{}"u8.ToArray(), name)))];
        ModelFormatException exception = Assert.ThrowsExactly<ModelFormatException>(
            () => ModelFiles.Open(files, "<set>", ModelFormat.SafeTensors).Dispose());
        Assert.AreEqual(ModelSetErrors.NoModel, exception.Code);
        Assert.Contains("none of the files holds tensors", exception.Detail);
    }

    [TestMethod]
    public void A_tensor_that_two_parts_of_a_split_hold()
    {
        using TempFolder folder = new();
        for (ushort number = 0; number < 2; number++)
        {
            folder.Write(GgufSplitSet.FileName("m", number + 1, 2), TestModels.GgufBytes(
                [TestTensor.F32("twice", 1)],
                ("split.no", GgufValue.FromUInt16(number)),
                ("split.count", GgufValue.FromUInt16(2)),
                ("split.tensors.count", GgufValue.FromInt32(2))));
        }

        string second = folder.At(GgufSplitSet.FileName("m", 2, 2));
        ModelFormatException exception = Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(folder.Root).Dispose());
        Assert.AreEqual(ModelSetErrors.WrongPart, exception.Code);
        Assert.AreEqual(second, exception.FilePath);
        Assert.Contains($"'{folder.At(GgufSplitSet.FileName("m", 1, 2))}' holds a tensor 'twice' too", exception.Detail);
    }
}
