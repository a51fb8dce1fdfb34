using ModelPack.Codec.Tests.Verification;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.Conversion;

[TestClass]
public sealed class ModelSetTests
{
    private static readonly string Model = RepositoryData.Path("corpus", "gguf", "models", "random-qwen2-small-Q4_K_M.gguf");

    private readonly string folder = Directory.CreateTempSubdirectory("modelpack-set-").FullName;

    [TestCleanup]
    public void RemoveFolder() => Directory.Delete(folder, recursive: true);

    [TestMethod]
    [DataRow(ModelFormat.Gguf)]
    [DataRow(ModelFormat.SafeTensors)]
    public void A_model_becomes_shards_and_comes_back_byte_for_byte(ModelFormat format)
    {
        string shards = Path.Combine(folder, "shards") + "/";
        Certificate there = ModelConverter.Convert(
            Model, shards, format, new() { MaxShardBytes = 300_000, Quantized = QuantizedMode.Blocks });
        Assert.AreEqual(ProofLevel.L3, there.Level);
        string[] parts = Directory.GetFiles(shards, "*." + format.Extension());
        Assert.IsGreaterThan(new FileInfo(Model).Length / 300_000, parts.Length - 1);
        Assert.IsTrue(
            parts.Skip(1).All(part => new FileInfo(part).Length < 400_000),
            "only the first part carries the metadata, none exceeds the limit");
        string back = Path.Combine(folder, "back.gguf");
        Certificate here = ModelConverter.Convert(First(shards), back, ModelFormat.Gguf, new());
        Assert.AreEqual(ProofLevel.L3, here.Level);
        ByteAssert.AreEqual(File.ReadAllBytes(Model), File.ReadAllBytes(back));
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DataRow(ModelFormat.Gguf)]
    [DataRow(ModelFormat.Apr)]
    [DataRow(ModelFormat.SafeTensors)]
    public void A_folder_with_companions_comes_back_file_for_file(ModelFormat via)
    {
        string source = Path.Combine(folder, "qwen");
        ModelConverter.Convert(Model, source + "/", ModelFormat.SafeTensors, new() { MaxShardBytes = 500_000, Origin = OriginMode.None });
        File.WriteAllText(Path.Combine(source, "config.json"), "{\"model_type\": \"qwen2\"}\n");
        File.WriteAllText(Path.Combine(source, "README.md"), "# not JSON\n");
        File.WriteAllBytes(Path.Combine(source, "empty.txt"), []);
        File.WriteAllBytes(Path.Combine(source, "notes.bin"), [1, 2, 3]);

        string middle = Path.Combine(folder, "middle." + via.Extension());
        Assert.AreEqual(ProofLevel.L3, ModelConverter.Convert(source, middle, via, new()).Level);
        string back = Path.Combine(folder, "back");
        Assert.AreEqual(ProofLevel.L3, ModelConverter.Convert(middle, back + "/", ModelFormat.SafeTensors, new()).Level);

        string[] expected = [
            .. Directory.GetFiles(source).Select(path => Path.GetFileName(path)!).Where(name => name != "notes.bin")
                .Order(StringComparer.Ordinal)];
        CollectionAssert.AreEqual(
            expected, Directory.GetFiles(back).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal).ToArray());
        foreach (string name in expected)
        {
            ByteAssert.AreEqual(File.ReadAllBytes(Path.Combine(source, name)), File.ReadAllBytes(Path.Combine(back, name)), name);
        }
    }

    [TestMethod]
    public void A_set_needs_a_folder_to_come_back_to()
    {
        string shards = Path.Combine(folder, "shards") + "/";
        ModelConverter.Convert(Model, shards, ModelFormat.Gguf, new() { MaxShardBytes = 300_000, Origin = OriginMode.None });
        string apr = Path.Combine(folder, "model.apr");
        ModelConverter.Convert(First(shards), apr, ModelFormat.Apr, new());
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(
            () => ModelConverter.Convert(apr, Path.Combine(folder, "x.gguf"), ModelFormat.Gguf, new()));
        Assert.AreEqual(ErrorKind.Usage, error.Code.Kind);
    }

    [TestMethod]
    public void A_missing_part_is_named()
    {
        string shards = Path.Combine(folder, "shards") + "/";
        ModelConverter.Convert(Model, shards, ModelFormat.Gguf, new() { MaxShardBytes = 300_000 });
        string last = Directory.GetFiles(shards).Order(StringComparer.Ordinal).Last();
        File.Delete(last);
        ModelFormatException error = Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(First(shards)));
        StringAssert.Contains(error.Detail, Path.GetFileName(last));
    }

    [TestMethod]
    [DataRow(2, true)]
    [DataRow(1, false)]
    [DataRow(3, false)]
    [DataRow(3, false, 1)]
    public void Parts_that_hold_another_number_of_tensors_than_they_state_are_refused(int total, bool isRight, int firstWrong = 0)
    {
        string[] parts = [.. new ushort[] { 0, 1 }.Select(number => Path.Combine(folder, $"m-0000{number + 1}-of-00002.gguf"))];
        for (ushort number = 0; number < parts.Length; number++)
        {
            File.WriteAllBytes(parts[number], TestModels.GgufBytes(
                [TestTensor.F32($"t{number}", 1)],
                ("split.no", GgufValue.FromUInt16(number)),
                ("split.count", GgufValue.FromUInt16(2)),
                ("split.tensors.count", GgufValue.FromInt32(number < firstWrong ? parts.Length : total))));
        }

        if (isRight)
        {
            using ModelFile whole = ModelFiles.Open(parts[0]);
            Assert.HasCount(total, whole.Tensors);
            return;
        }

        ModelFormatException exception = Assert.Throws<ModelFormatException>(() => ModelFiles.Open(parts[0]).Dispose());
        Assert.AreEqual(ModelSetErrors.WrongPart, exception.Code);
        Assert.Contains($"'split.tensors.count' is {total}, but the parts hold 2 tensors", exception.Detail);
    }

    [TestMethod]
    [DataRow(3, true)]
    [DataRow(1, false)]
    public void A_part_alone_is_converted_with_a_note_that_it_is_no_model(int total, bool isNoted)
    {
        using TempFolder folder = new();
        string part = folder.Write("renamed.gguf", TestModels.GgufBytes(
            [TestTensor.F32("t", 1)], ("split.no", GgufValue.FromUInt16(1)), ("split.count", GgufValue.FromUInt16(3)),
            ("split.tensors.count", GgufValue.FromInt32(total))));
        string[] notes = [
            .. ModelConverter.Convert(part, folder.At("out.apr"), ModelFormat.Apr, new()).Notes.Where(
                note => note.Contains("part", StringComparison.Ordinal))];
        CollectionAssert.AreEqual(
            isNoted ? new[] { "'renamed.gguf' is one of 3 parts of a model; the others were not found, and are not in the output" } : [],
            notes);
    }

    [TestMethod]
    public void A_part_whose_keys_have_another_type_is_refused_for_that()
    {
        using TempFolder folder = new();
        for (ushort number = 0; number < 2; number++)
        {
            GgufValue count = number == 0 ? GgufValue.FromUInt16(2) : GgufValue.FromUInt32(2);
            folder.Write(GgufSplitSet.FileName("m", number + 1, 2), TestModels.GgufBytes(
                [TestTensor.F32($"t{number}", 1)], ("split.no", GgufValue.FromUInt16(number)), ("split.count", count),
                ("split.tensors.count", GgufValue.FromInt32(2))));
        }

        ModelFormatException exception = Assert.Throws<ModelFormatException>(() => ModelFiles.Open(folder.Root).Dispose());
        Assert.AreEqual(ModelSetErrors.WrongPart, exception.Code);
        Assert.Contains("'split.count' has type u32 instead of u16", exception.Detail);
    }

    private static string First(string shards) =>
        Directory.GetFiles(shards, "*.gguf").Order(StringComparer.Ordinal).FirstOrDefault() ?? shards;
}
