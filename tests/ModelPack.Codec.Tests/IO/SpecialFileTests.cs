using System.Net.Sockets;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Conversion;
using ModelPack.IO;
using ModelPack.Models;
using ModelPack.Verification.Hashing;

namespace ModelPack.Codec.Tests.IO;

/// <summary>A pipe is refused before it is opened, which would wait for ever, and nothing that is no file is replaced.</summary>
[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class SpecialFileTests
{
    private static readonly ConversionOptions Replace = new() { Existing = ExistingTarget.Replace };

    [TestMethod]
    public void Kinds_are_told_apart_by_name_and_through_links()
    {
        using TempFolder folder = new();
        SpecialFiles.MakePipe(folder.At("pipe"));
        using Socket socket = SpecialFiles.MakeSocket(folder.At("socket"));
        folder.Write("file", []);
        File.CreateSymbolicLink(folder.At("link"), "pipe");
        File.CreateSymbolicLink(folder.At("nowhere"), "nothing");
        (string Name, FileKind Itself, FileKind Through)[] expected =
        [
            ("pipe", FileKind.Pipe, FileKind.Pipe), ("socket", FileKind.Socket, FileKind.Socket),
            ("file", FileKind.Regular, FileKind.Regular), (".", FileKind.Folder, FileKind.Folder),
            ("link", FileKind.Link, FileKind.Pipe), ("nowhere", FileKind.Link, FileKind.Missing),
            ("nothing", FileKind.Missing, FileKind.Missing), ("file/x", FileKind.Missing, FileKind.Missing),
        ];
        foreach ((string name, FileKind itself, FileKind through) in expected)
        {
            Assert.AreEqual(itself, FileStatus.OfName(folder.At(name)).Kind, name);
            Assert.AreEqual(through, FileStatus.Of(folder.At(name)).Kind, name);
        }
    }

    [TestMethod]
    public void Two_names_of_one_file_are_one_file()
    {
        using TempFolder folder = new();
        folder.Write("file", []);
        folder.Write("other", []);
        File.CreateSymbolicLink(folder.At("link"), "file");
        using System.Diagnostics.Process hard = System.Diagnostics.Process.Start("ln", [folder.At("file"), folder.At("hard")]);
        hard.WaitForExit();
        Assert.IsTrue(OutputFile.IsSame(folder.At("file"), folder.At("link")));
        Assert.IsTrue(OutputFile.IsSame(folder.At("file"), folder.At("hard")));
        Assert.IsTrue(OutputFile.IsSame(folder.At("new"), folder.At("./x/../new")));
        Assert.IsFalse(OutputFile.IsSame(folder.At("file"), folder.At("other")));
    }

    [TestMethod]
    [DataRow("model.gguf")]
    [DataRow("model.apr")]
    [DataRow("model.safetensors")]
    [DataRow("model")]
    public void A_pipe_as_model_is_refused_by_every_reader(string name)
    {
        using TempFolder folder = new();
        string pipe = folder.At(name);
        SpecialFiles.MakePipe(pipe);
        AssertSource(pipe, () => ModelFiles.Open(pipe));
        AssertSource(pipe, () => ModelConverter.Convert(pipe, folder.At("out.apr"), ModelFormat.Apr, new()));
        AssertSource(pipe, () => ModelConverter.Plan(pipe, folder.At("out.apr"), ModelFormat.Apr, new()));
        AssertSource(pipe, () => ModelVerifier.Verify(pipe, pipe));
        AssertSource(pipe, () => CertificateJson.Read(pipe));
        AssertSource(pipe, () => HashManifest.Read(pipe));
        CollectionAssert.AreEqual(new[] { name }, folder.Names());
    }

    [TestMethod]
    public void A_socket_as_model_is_refused_by_its_name()
    {
        using TempFolder folder = new();
        using Socket socket = SpecialFiles.MakeSocket(folder.At("m.gguf"));
        ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(() => ModelFiles.Open(folder.At("m.gguf")));
        Assert.AreEqual("MP3005", exception.Code.Id);
        Assert.Contains("is a socket", exception.Detail);
    }

    [TestMethod]
    [DataRow("config.json")]
    [DataRow("modules.json")]
    [DataRow("model.safetensors.index.json")]
    [DataRow("model-00002-of-00002.safetensors")]
    [DataRow("1_Pooling/config.json")]
    [DataRow("model.ggml-blocks.safetensors")]
    public void A_pipe_anywhere_in_a_folder_is_refused(string name)
    {
        using TempFolder folder = new();
        string model = Directory.CreateDirectory(folder.At("model")).FullName;
        File.WriteAllBytes(Path.Combine(model, "model-00001-of-00002.safetensors"), SmallModels.SafeTensors());
        File.WriteAllText(
            Path.Combine(model, "model.safetensors.index.json"),
            """{"metadata":{},"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00001-of-00002.safetensors","c":"model-00002-of-00002.safetensors"}}""");
        File.WriteAllBytes(Path.Combine(model, "model-00002-of-00002.safetensors"), SmallModels.SafeTensors());
        string pipe = Path.Combine(model, name);
        Directory.CreateDirectory(Path.GetDirectoryName(pipe)!);
        File.Delete(pipe);
        SpecialFiles.MakePipe(pipe);
        AssertSource(pipe, () => ModelFiles.Open(model));
        AssertSource(pipe, () => ModelConverter.Convert(model, folder.At("out.gguf"), ModelFormat.Gguf, new()));
        CollectionAssert.AreEqual(new[] { "model" }, folder.Names());
    }

    [TestMethod]
    public void A_pipe_that_ought_to_name_the_snapshot_of_a_cache_is_refused()
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder.At("models--x--y/refs"));
        Directory.CreateDirectory(folder.At("models--x--y/snapshots/abc"));
        SpecialFiles.MakePipe(folder.At("models--x--y/refs/main"));
        AssertSource(folder.At("models--x--y/refs/main"), () => ModelFiles.Open(folder.At("models--x--y")));
    }

    [TestMethod]
    public void A_link_without_a_folder_before_its_name_leads_on_from_the_current_folder()
    {
        string name = $"{Guid.NewGuid():N}.link";
        File.CreateSymbolicLink(name, "below/target.apr");
        try
        {
            Assert.AreEqual(Path.GetFullPath("below/target.apr"), RegularFile.Follow(name));
            File.Delete(name);
            File.CreateSymbolicLink(name, name);
            Assert.ThrowsExactly<IOException>(() => RegularFile.Follow(name));
        }
        finally
        {
            File.Delete(name);
        }
    }

    [TestMethod]
    [DataRow("m.safetensors")]
    [DataRow("m.ggml-blocks.safetensors")]
    public void A_link_that_leads_nowhere_is_named_with_where_it_leads(string name)
    {
        using TempFolder folder = new();
        string source = SmallModels.Write(folder, ModelFormat.Gguf);
        ModelConverter.Convert(source, folder.At("m.safetensors"), ModelFormat.SafeTensors, new());
        File.Delete(folder.At(name));
        File.CreateSymbolicLink(folder.At(name), "../blobs/1");
        foreach (Action open in new Action[]
        {
            () => ModelFiles.Open(folder.At("m.safetensors")).Dispose(), () => Model.Open(folder.At("m.safetensors")).Dispose(),
        })
        {
            Assert.Contains($"'{folder.At(name)}' is a link to '../blobs/1', where nothing is", Assert.Throws<IOException>(open).Message);
        }
    }

    [TestMethod]
    [DataRow("model-00002-of-00002.gguf")]
    [DataRow("model.gguf.ggml-blocks.safetensors")]
    public void A_pipe_beside_a_file_that_belongs_to_it_is_refused(string name)
    {
        using TempFolder folder = new();
        ModelConverter.Convert(
            folder.Write("model.gguf", SmallModels.Gguf()), folder.At("parts/"), ModelFormat.Gguf,
            ConversionCorpus.Allow with { MaxShardBytes = 100 });
        foreach (string part in Directory.GetFiles(folder.At("parts")))
        {
            File.Move(part, folder.At(Path.GetFileName(part)));
        }

        File.Delete(folder.At("model.gguf"));
        string model = folder.At("model-00001-of-00002.gguf");
        File.Delete(folder.At(name));
        SpecialFiles.MakePipe(folder.At(name));
        AssertSource(folder.At(name), () => ModelFiles.Open(model));
    }

    [TestMethod]
    [DataRow("out.apr")]
    [DataRow("out.apr.modelpack.json")]
    [DataRow("out.apr.ggml-blocks.safetensors")]
    public void A_pipe_or_socket_under_a_name_of_the_output_is_never_replaced(string name)
    {
        using TempFolder folder = new();
        string source = SmallModels.Write(folder, ModelFormat.Gguf);
        SpecialFiles.MakePipe(folder.At(name));
        AssertTarget();
        File.Delete(folder.At(name));
        using (SpecialFiles.MakeSocket(folder.At(name)))
        {
            AssertTarget();
        }

        SpecialFiles.MakePipe(folder.At("pipe"));
        File.CreateSymbolicLink(folder.At(name), "pipe");
        AssertTarget();
        Assert.AreEqual(FileKind.Pipe, FileStatus.OfName(folder.At("pipe")).Kind);

        void AssertTarget()
        {
            foreach (ConversionOptions options in new[] { new(), Replace })
            {
                Assert.AreEqual("MP3006", Refusal(() => ModelConverter.Convert(source, folder.At("out.apr"), ModelFormat.Apr, options)));
                Assert.AreEqual("MP3006", Refusal(() => ModelConverter.Plan(source, folder.At("out.apr"), ModelFormat.Apr, options)));
            }

            Assert.AreNotEqual(FileKind.Regular, FileStatus.Of(folder.At(name)).Kind);
        }
    }

    [TestMethod]
    public void A_pipe_that_appears_while_the_output_is_written_is_not_replaced_and_the_old_output_is_back()
    {
        using TempFolder folder = new();
        string source = SmallModels.Write(folder, ModelFormat.Gguf);
        ModelConverter.Convert(source, folder.At("out.apr"), ModelFormat.Apr, new());
        string before = TempFolder.Sha256(folder.At("out.apr"));
        string certificate = folder.At("out.apr.modelpack.json");
        Meanwhile meanwhile = new(() =>
        {
            File.Delete(certificate);
            SpecialFiles.MakePipe(certificate);
        });
        Assert.AreEqual("MP3006", Refusal(() => ModelConverter.Convert(source, folder.At("out.apr"), ModelFormat.Apr, Replace, meanwhile)));
        Assert.AreEqual(before, TempFolder.Sha256(folder.At("out.apr")));
        Assert.AreEqual(FileKind.Pipe, FileStatus.OfName(certificate).Kind);
    }

    [TestMethod]
    public void A_folder_with_a_pipe_under_the_name_of_its_file_is_not_replaced()
    {
        using TempFolder folder = new();
        string source = SmallModels.Write(folder, ModelFormat.Gguf);
        ModelConverter.Convert(source, folder.At("set/"), ModelFormat.Gguf, new());
        File.Delete(folder.At("set/source.gguf"));
        SpecialFiles.MakePipe(folder.At("set/source.gguf"));
        Assert.AreEqual("MP3003", Refusal(() => ModelConverter.Convert(source, folder.At("set/"), ModelFormat.Gguf, Replace)));
    }

    [TestMethod]
    public void A_report_replaces_no_pipe()
    {
        using TempFolder folder = new();
        SpecialFiles.MakePipe(folder.At("report.json"));
        Assert.AreEqual("MP3006", Refusal(() => OutputFile.Check(folder.At("report.json"))));
        Assert.AreEqual("MP3006", Refusal(() => OutputFile.Write(folder.At("report.json"), "x"u8, ExistingTarget.Replace)));
        CollectionAssert.AreEqual(new[] { "report.json" }, folder.Names());
    }

    private static void AssertSource(string path, Action read)
    {
        ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(read);
        Assert.AreEqual("MP3005", exception.Code.Id, exception.Describe());
        Assert.Contains($"'{path}' is a pipe", exception.Detail);
        Assert.AreEqual(path, exception.FilePath);
        Assert.AreEqual(ErrorKind.InputOutput, exception.Code.Kind);
    }

    private static string Refusal(Action action) => Assert.ThrowsExactly<ModelPackException>(action).Code.Id;
}
