using ModelPack.Codec.Tests.Conversion;
using ModelPack.Codec.Tests.Verification;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.Models;

namespace ModelPack.Codec.Tests;

/// <summary>Which GGUF files are parts of one model is said by their keys, whatever they are called (gguf.md §5).</summary>
[TestClass]
public sealed class GgufPartsTests
{
    private readonly TempFolder folder = new();

    [TestCleanup]
    public void Clean() => folder.Dispose();

    [TestMethod]
    public void Renamed_parts_are_read_by_their_keys_in_a_folder_and_whichever_is_named()
    {
        string source = folder.Write("model.gguf", SmallModels.Gguf());
        ModelConverter.Convert(source, folder.At("parts/"), ModelFormat.Gguf, ConversionCorpus.Allow with { MaxShardBytes = 20 });
        string[] parts = [.. Directory.GetFiles(folder.At("parts")).Order(StringComparer.Ordinal)];
        string[] names = ["third.gguf", "a first.GGUF", "x-00002-of-00009.gguf"];
        Assert.HasCount(3, parts);
        for (int i = 0; i < parts.Length; i++)
        {
            File.Move(parts[i], Path.Combine(folder.At("parts"), names[i]));
        }

        foreach (string path in (string[])[folder.At("parts"), .. Directory.GetFiles(folder.At("parts"))])
        {
            using (ModelFile file = ModelFiles.Open(path))
            {
                CollectionAssert.AreEqual(names, file.AllMembers.Select(member => member.Name).ToArray(), path);
                Assert.Contains(
                    $"read by their keys, which their names do not follow: 'third.gguf', 'a first.GGUF', 'x-00002-of-00009.gguf'",
                    file.Notes.Single(note => note.Rule == "K-PART").Text);
            }

            Assert.IsTrue(ModelVerifier.Verify(path, source, ProofLevel.L3).Passed);
        }

        ModelConverter.Convert(source, folder.At("named/"), ModelFormat.Gguf, ConversionCorpus.Allow with { MaxShardBytes = 20 });
        using (ModelFile renamed = ModelFiles.Open(folder.At("parts")))
        using (ModelFile named = ModelFiles.Open(folder.At("named")))
        {
            Assert.IsEmpty(ModelDiff.Compare(renamed, named).Differences);
        }

        ModelConverter.Convert(folder.At("parts"), folder.At("back.gguf"), ModelFormat.Gguf, ConversionCorpus.Allow);
        ByteAssert.AreEqual(File.ReadAllBytes(source), File.ReadAllBytes(folder.At("back.gguf")));
    }

    [TestMethod]
    public void One_renamed_part_among_others_is_found_by_its_keys()
    {
        Write("m-00001-of-00003.gguf", 0, 3);
        Write("last.gguf", 2, 3);
        Write("m-00002-of-00003.gguf", 1, 3);
        foreach (string path in Directory.GetFiles(folder.Root).Append(folder.Root))
        {
            using ModelFile file = ModelFiles.Open(path);
            CollectionAssert.AreEqual(
                new[] { "m-00001-of-00003.gguf", "m-00002-of-00003.gguf", "last.gguf" }, file.AllMembers.Select(member => member.Name)
                    .ToArray());
        }
    }

    [TestMethod]
    public void Whichever_part_is_named_it_is_its_set()
    {
        Write("m-00001-of-00002.gguf", 0, 2);
        Write("m-00002-of-00002.gguf", 1, 2);
        using ModelFile file = ModelFiles.Open(folder.At("m-00002-of-00002.gguf"));
        Assert.HasCount(2, file.AllMembers);
        Assert.IsEmpty(file.Notes);
    }

    [TestMethod]
    public void A_renamed_part_that_is_not_there_is_named_by_its_number()
    {
        string first = Write("a.gguf", 0, 3);
        Write("c.gguf", 2, 3);
        foreach (string path in (string[])[folder.Root, first])
        {
            ModelFormatException error = Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(path).Dispose());
            Assert.AreEqual(ModelSetErrors.MissingPart, error.Code);
            Assert.Contains("part 2 of 3 is not there; by their keys 'a.gguf' and 'c.gguf' are parts of it", error.Detail);
        }

        Write("b.gguf", 1, 3);
        ModelFiles.Open(folder.Root).Dispose();
    }

    [TestMethod]
    public void Two_renamed_files_for_one_place_are_refused_until_a_name_tells()
    {
        string first = Write("a.gguf", 0, 2);
        string second = Write("b.gguf", 1, 2);
        string other = Write("c.gguf", 1, 2);
        ModelFormatException error = Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(first).Dispose());
        Assert.AreEqual(ModelSetErrors.WrongPart, error.Code);
        Assert.Contains("'b.gguf' and 'c.gguf' both say that they are part 2 of 2", error.Detail);

        // The part that is named is one of the two.
        using (ModelFile file = ModelFiles.Open(other))
        {
            Assert.AreEqual("c.gguf", file.AllMembers[1].Name);
        }

        File.Move(first, folder.At("m-00001-of-00002.gguf"));
        File.Move(second, folder.At("m-00002-of-00002.gguf"));
        ModelFiles.Open(folder.At("m-00001-of-00002.gguf")).Dispose();
    }

    [TestMethod]
    public void Parts_of_another_model_beside_renamed_ones_stay_its_own()
    {
        string[] renamed = [Write("a.gguf", 0, 2), Write("b.gguf", 1, 2)];
        string[] named = [Write("m-00001-of-00002.gguf", 0, 2), Write("m-00002-of-00002.gguf", 1, 2)];
        foreach (string[] set in new[] { renamed, named })
        {
            foreach (string path in set)
            {
                using ModelFile file = ModelFiles.Open(path);
                CollectionAssert.AreEqual(
                    set.Select(part => Path.GetFileName(part)).ToArray(), file.AllMembers.Select(member => member.Name).ToArray());
            }
        }

        Assert.AreEqual(
            ModelSetErrors.SeveralModels, Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(folder.Root).Dispose()).Code);
    }

    [TestMethod]
    public void Renamed_parts_of_models_that_count_other_tensors_are_told_apart()
    {
        string[] small = [Write("a.gguf", 0, 2), Write("c.gguf", 1, 2)];
        string[] large = [
            Write("b.gguf", 0, 2, total: 3),
            folder.Write("d.gguf", TestModels.GgufBytes(
                [TestTensor.F32("t1", 1), TestTensor.F32("t2", 1)],
                ("split.no", GgufValue.FromUInt16(1)), ("split.count", GgufValue.FromUInt16(2)),
                ("split.tensors.count", GgufValue.FromInt32(3)))),
        ];
        foreach (string[] set in new[] { small, large })
        {
            foreach (string path in set)
            {
                using ModelFile file = ModelFiles.Open(path);
                CollectionAssert.AreEqual(
                    set.Select(part => Path.GetFileName(part)).ToArray(), file.AllMembers.Select(member => member.Name).ToArray());
            }
        }
    }

    [TestMethod]
    public void A_merged_file_with_the_keys_of_a_part_is_a_model()
    {
        string merged = Write("merged.gguf", 0, 2, total: 1);
        Write("other.gguf", 1, 2, total: 1);
        using ModelFile file = ModelFiles.Open(merged);
        Assert.HasCount(1, file.AllMembers);
    }

    [TestMethod]
    public void Files_that_are_a_set_by_their_names_only_are_models_of_their_own()
    {
        string[] paths = [.. Enumerable.Range(1, 3).Select(number => folder.Write($"m-0000{number}-of-00003.gguf", SmallModels.Gguf()))];
        foreach (string path in paths)
        {
            using ModelFile file = ModelFiles.Open(path);
            Assert.HasCount(1, file.AllMembers);
            Assert.HasCount(4, file.Tensors);
            Assert.Contains(
                $"'{Path.GetFileName(path)}' is called like one of 3 parts, and has no 'split.count': it is a model of its own",
                file.Notes.Single(note => note.Rule == "K-PART").Text);
            using TempFolder outputs = new();
            Assert.IsTrue(
                ModelConverter.Convert(path, outputs.At("m.apr"), ModelFormat.Apr, ConversionCorpus.Allow).Notes.Any(
                    note => note.Contains("a model of its own", StringComparison.Ordinal)));
        }

        ModelFormatException error = Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(folder.Root).Dispose());
        Assert.AreEqual(ModelSetErrors.SeveralModels, error.Code);
        Assert.Contains("holds 3 GGUF models", error.Detail);
        File.Delete(paths[0]);
        File.Delete(paths[1]);
        using ModelFile last = ModelFiles.Open(folder.Root);
        Assert.HasCount(1, last.AllMembers);
    }

    [TestMethod]
    public void Keys_in_some_of_the_parts_are_no_set()
    {
        Write("m-00001-of-00002.gguf", 0, 2);
        folder.Write("m-00002-of-00002.gguf", SmallModels.Gguf());
        Assert.AreEqual(
            ModelSetErrors.WrongPart, Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(folder.Root).Dispose()).Code);
    }

    [TestMethod]
    public void A_later_part_beside_a_whole_model_is_left_out_with_a_note()
    {
        folder.Write("model.gguf", SmallModels.Gguf());
        string part = Write("m-00002-of-00003.gguf", 1, 3);
        using (ModelFile file = ModelFiles.Open(folder.Root))
        {
            Assert.AreEqual("m-00002-of-00003.gguf", file.LeftOut.Single().Name);
        }

        File.WriteAllBytes(part, SmallModels.Gguf());
        Assert.AreEqual(
            ModelSetErrors.SeveralModels, Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(folder.Root).Dispose()).Code);
    }

    private string Write(string name, ushort number, ushort count, int? total = null) => folder.Write(name, TestModels.GgufBytes(
        [TestTensor.F32($"t{number}", 1)],
        ("split.no", GgufValue.FromUInt16(number)),
        ("split.count", GgufValue.FromUInt16(count)),
        ("split.tensors.count", GgufValue.FromInt32(total ?? count))));
}
