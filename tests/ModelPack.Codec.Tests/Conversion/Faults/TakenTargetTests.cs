using System.Text;
using ModelPack.Codec.Tests.IO.Output;

namespace ModelPack.Codec.Tests.Conversion.Faults;

/// <summary>Names that are taken while a conversion is at work, that lead elsewhere, or that are long.</summary>
[TestClass]
public sealed class TakenTargetTests
{
    private static readonly ConversionOptions Replace = new() { Existing = ExistingTarget.Replace };

    [TestMethod]
    [DataRow("out.apr", "out.apr")]
    [DataRow("out.apr", "out.apr.ggml-blocks.safetensors")]
    [DataRow("set/", "set/mine")]
    [DataRow("set/", "set")]
    public void What_appears_at_the_target_meanwhile_is_not_replaced_without_leave(string target, string appearing)
    {
        using TempFolder folder = new();
        string source = SmallModels.Write(folder, ModelFormat.Gguf);
        Meanwhile meanwhile = new(() =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.At(appearing))!);
            folder.Write(appearing, "precious"u8);
        });
        Assert.AreEqual("MP3013", Refusal(() => ModelConverter.Convert(source, folder.At(target), Format(target), new(), meanwhile)));
        Assert.AreEqual("precious", File.ReadAllText(folder.At(appearing)));
        CollectionAssert.AreEqual(new[] { appearing.Split('/')[0], "source.gguf" }, folder.Names());
    }

    [TestMethod]
    public void With_leave_it_is_replaced_but_for_a_folder_in_place_of_a_file_and_foreign_files_in_a_folder()
    {
        using TempFolder folder = new();
        string source = SmallModels.Write(folder, ModelFormat.Gguf);
        ModelConverter.Convert(source, folder.At("out.apr"), ModelFormat.Apr, Replace, new Meanwhile(() => folder.Write("out.apr", "x"u8)));
        Assert.IsTrue(ModelVerifier.Verify(source, folder.At("out.apr")).Passed);

        Meanwhile makeFolder = new(() =>
        {
            Directory.CreateDirectory(folder.At("other.apr"));
            folder.Write("other.apr/mine", "precious"u8);
        });
        Assert.AreEqual(
            "MP3013", Refusal(() => ModelConverter.Convert(source, folder.At("other.apr"), ModelFormat.Apr, Replace, makeFolder)));
        Assert.AreEqual("precious", File.ReadAllText(folder.At("other.apr/mine")));

        ModelConverter.Convert(source, folder.At("set/"), ModelFormat.SafeTensors, new());
        Meanwhile addFile = new(() => folder.Write("set/mine", "precious"u8));
        Assert.AreEqual(
            "MP3003", Refusal(() => ModelConverter.Convert(source, folder.At("set/"), ModelFormat.SafeTensors, Replace, addFile)));
        Assert.AreEqual("precious", File.ReadAllText(folder.At("set/mine")));
        Assert.IsTrue(File.Exists(folder.At("set.modelpack.json")));
        OutputScene.AssertNothingIsLeft(folder, "");
    }

    [TestMethod]
    public void A_link_is_followed_and_stays()
    {
        using TempFolder folder = new();
        string source = SmallModels.Write(folder, ModelFormat.Gguf);
        Directory.CreateDirectory(folder.At("real"));
        folder.Write("real/r.apr", "old"u8);
        File.CreateSymbolicLink(folder.At("out.apr"), "real/r.apr");
        Assert.AreEqual("MP3001", Refusal(() => ModelConverter.Convert(source, folder.At("out.apr"), ModelFormat.Apr, new())));
        ModelConverter.Convert(source, folder.At("out.apr"), ModelFormat.Apr, Replace);
        Assert.AreEqual("real/r.apr", new FileInfo(folder.At("out.apr")).LinkTarget);
        CollectionAssert.AreEqual(new[] { "out.apr", "real", "source.gguf" }, folder.Names());
        CollectionAssert.AreEqual(
            new[] { "r.apr", "r.apr.ggml-blocks.safetensors", "r.apr.modelpack.json" }, Directory.GetFiles(folder.At("real"))
                .Select(Path.GetFileName).Order(StringComparer.Ordinal).ToArray());
        Assert.AreEqual(folder.At("real/r.apr.modelpack.json"), ModelConverter.CertificatePath(folder.At("out.apr")));

        // Read by the link, it has its side file too.
        ModelConverter.Convert(folder.At("out.apr"), folder.At("back.gguf"), ModelFormat.Gguf, new());
        Assert.AreEqual(TempFolder.Sha256(source), TempFolder.Sha256(folder.At("back.gguf")));
    }

    [TestMethod]
    public void A_folder_that_a_link_leads_to_is_replaced_where_it_is()
    {
        using TempFolder folder = new();
        string source = SmallModels.Write(folder, ModelFormat.Gguf);
        ModelConverter.Convert(source, folder.At("real/"), ModelFormat.SafeTensors, new());
        Directory.CreateSymbolicLink(folder.At("set"), "real");
        ModelConverter.Convert(source, folder.At("set/"), ModelFormat.SafeTensors, Replace);
        Assert.AreEqual("real", new FileInfo(folder.At("set")).LinkTarget);
        CollectionAssert.AreEqual(new[] { "real", "real.modelpack.json", "set", "source.gguf" }, folder.Names());
    }

    [TestMethod]
    public void A_certificate_that_is_a_link_is_written_where_that_leads_to()
    {
        using TempFolder folder = new();
        string source = SmallModels.Write(folder, ModelFormat.Gguf);
        Directory.CreateDirectory(folder.At("proofs"));
        folder.Write("proofs/p.json", "old"u8);
        File.CreateSymbolicLink(folder.At("out.apr.modelpack.json"), "proofs/p.json");
        Assert.AreEqual("MP3001", Refusal(() => ModelConverter.Convert(source, folder.At("out.apr"), ModelFormat.Apr, new())));
        Assert.AreEqual("old", File.ReadAllText(folder.At("proofs/p.json")));
        ModelConverter.Convert(source, folder.At("out.apr"), ModelFormat.Apr, Replace);
        Assert.AreEqual("proofs/p.json", new FileInfo(folder.At("out.apr.modelpack.json")).LinkTarget);
        Assert.IsTrue(ModelVerifier.Verify(folder.At("out.apr.modelpack.json"), folder.At("out.apr"), ProofLevel.L3).Passed);
        CollectionAssert.AreEqual(new[] { folder.At("proofs/p.json") }, Directory.GetFileSystemEntries(folder.At("proofs")));
    }

    [TestMethod]
    public void The_lock_of_an_output_in_the_folder_of_its_source_is_no_file_of_that_model()
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder.At("model"));
        folder.Write("model/model.safetensors", SmallModels.SafeTensors());
        folder.Write("model/config.json", "{}"u8);
        Certificate first = ModelConverter.Convert(folder.At("model"), folder.At("model/out.gguf"), ModelFormat.Gguf, new());
        Assert.DoesNotContain("modelpack-", string.Join('\n', first.Notes));
        Directory.CreateDirectory(folder.At("model/.0123.modelpack-tmp"));
        Certificate second = ModelConverter.Convert(folder.At("model"), folder.At("out.gguf"), ModelFormat.Gguf, new());
        Assert.DoesNotContain("modelpack-", string.Join('\n', second.Notes));
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DataRow(193)]
    [DataRow(231)]
    [DataRow(232)]
    [DataRow(240)]
    [DataRow(241)]
    [DataRow(255)]
    public void A_name_that_the_file_system_takes_works_or_is_refused_with_the_length_that_is_possible(int bytes)
    {
        using TempFolder folder = new();
        string source = folder.Write("source.gguf", OutputScene.Plain(1));
        string blocks = folder.Write("blocks.gguf", SmallModels.Gguf());
        foreach (char letter in "y語")
        {
            string ending = ".apr";
            int size = Encoding.UTF8.GetByteCount([letter]);
            string name = new string(letter, (bytes - ending.Length) / size) + new string('a', (bytes - ending.Length) % size) + ending;
            Check(source, name, bytes <= 240 ? null : 240, ModelFormat.Apr);
            Check(blocks, name, bytes <= 231 ? null : bytes <= 240 ? 231 : 240, ModelFormat.Apr);
            Check(source, name + "/", bytes <= 240 ? null : 240, ModelFormat.SafeTensors);
        }

        void Check(string from, string name, int? possible, ModelFormat to)
        {
            if (possible is null)
            {
                ModelConverter.Convert(from, folder.At(name), to, new());
                Assert.IsTrue(ModelVerifier.Verify(ModelConverter.CertificatePath(folder.At(name)), folder.At(name), ProofLevel.L3).Passed);
                ModelConverter.Convert(from, folder.At(name), to, Replace);
                foreach (string made in folder.Names().Where(made => made is not ("source.gguf" or "blocks.gguf")).Select(folder.At))
                {
                    if (Directory.Exists(made))
                    {
                        Directory.Delete(made, recursive: true);
                    }

                    File.Delete(made);
                }

                return;
            }

            ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(
                () => ModelConverter.Convert(from, folder.At(name), to, new()));
            Assert.AreEqual("MP3011", exception.Code.Id);
            Assert.EndsWith($"can have {possible}", exception.Detail);
            CollectionAssert.AreEqual(new[] { "blocks.gguf", "source.gguf" }, folder.Names());
        }
    }

    // real-world.md, long-target-name: names were made from the target's own name, and those were too long.
    [TestMethod]
    [DataRow(200, ".apr")]
    [DataRow(236, ".apr")]
    [DataRow(200, "/")]
    [DataRow(240, "/")]
    public void A_long_name_of_a_target_works_like_a_short_one(int letters, string ending)
    {
        using TempFolder folder = new();
        string source = RepositoryData.Path("cases", "long-target-name", "model.gguf");
        string target = folder.At(new string('y', letters) + ending);
        ModelFormat format = Format(target);
        ModelConverter.Convert(source, target, format, new());
        Assert.IsTrue(ModelVerifier.Verify(source, target, ProofLevel.L3).Passed);
        ModelConverter.Convert(target, folder.At("back.gguf"), ModelFormat.Gguf, new());
        CollectionAssert.AreEqual(File.ReadAllBytes(source), File.ReadAllBytes(folder.At("back.gguf")));
    }

    [TestMethod]
    public void A_source_with_a_long_name_is_read_and_where_its_parts_would_be_longer_that_is_said()
    {
        using TempFolder folder = new();
        string source = folder.Write(new string('s', 250) + ".gguf", SmallModels.Gguf());
        ModelConverter.Convert(source, folder.At("out.apr"), ModelFormat.Apr, new());
        ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(
            () => ModelConverter.Convert(source, folder.At("set/"), ModelFormat.Gguf, new() { MaxShardBytes = 16 }));
        Assert.AreEqual("MP3011", exception.Code.Id);
        Assert.Contains("the name of the source can have", exception.Detail);
    }

    private static ModelFormat Format(string target) => target.EndsWith('/') ? ModelFormat.SafeTensors : ModelFormat.Apr;

    private static string Refusal(Action action)
    {
        ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(action);
        return exception.Code.Id;
    }
}
