using ModelPack.IO;

namespace ModelPack.Codec.Tests.Conversion.Faults;

/// <summary>Whatever goes wrong: nothing under the final names, no temporary file, and the source as it was.</summary>
[TestClass]
public sealed class FailedConversionTests
{
    private const long LargeBytes = 48 << 20;

    [TestMethod]
    public void Source_as_target_is_refused_under_any_name_it_has()
    {
        using TempFolder folder = new();
        string source = SmallModels.Write(folder, ModelFormat.Gguf);
        File.CreateSymbolicLink(folder.At("link.gguf"), source);
        Directory.CreateSymbolicLink(folder.At("folder"), folder.Root);
        string before = TempFolder.Sha256(source);
        ConversionOptions replace = new() { Existing = ExistingTarget.Replace };
        foreach (ModelFormat format in Enum.GetValues<ModelFormat>())
        {
            AssertFails("MP2007", () => ModelConverter.Convert(source, source, format, replace));
            AssertFails("MP2007", () => ModelConverter.Convert(source, folder.At("./x/../source.gguf"), format, replace));
            AssertFails("MP2007", () => ModelConverter.Convert(folder.At("link.gguf"), source, format, replace));
            AssertFails("MP2007", () => ModelConverter.Convert(source, folder.At("link.gguf"), format, replace));
            AssertFails("MP2007", () => ModelConverter.Convert(source, folder.At("folder/source.gguf"), format, replace));
        }

        Assert.AreEqual(before, TempFolder.Sha256(source));
        CollectionAssert.AreEqual(new[] { "folder", "link.gguf", "source.gguf" }, folder.Names());
    }

    [TestMethod]
    public void Source_that_has_the_name_of_the_certificate_is_not_overwritten()
    {
        using TempFolder folder = new();
        string source = folder.Write("out.apr.modelpack.json", SmallModels.Gguf());
        AssertFails("MP2007", () => ModelConverter.Convert(source, folder.At("out.apr"), ModelFormat.Apr, new()));
        CollectionAssert.AreEqual(SmallModels.Gguf(), File.ReadAllBytes(source));
    }

    [TestMethod]
    public void Existing_target_stays_unless_it_may_be_replaced()
    {
        using TempFolder folder = new();
        string source = SmallModels.Write(folder, ModelFormat.Gguf);
        string target = folder.Write("out.apr", "precious"u8);
        AssertFails("MP3001", () => ModelConverter.Convert(source, target, ModelFormat.Apr, new()));
        Assert.AreEqual("precious", File.ReadAllText(target));
        Certificate certificate = ModelConverter.Convert(
            source, target, ModelFormat.Apr, new() { Existing = ExistingTarget.Replace, Quantized = QuantizedMode.Blocks });
        Assert.AreEqual(certificate.Output.Bytes, new FileInfo(target).Length);
        CollectionAssert.AreEqual(new[] { "out.apr", "out.apr.modelpack.json", "source.gguf" }, folder.Names());
    }

    [TestMethod]
    public void Target_to_be_replaced_stays_if_the_conversion_fails()
    {
        using TempFolder folder = new();
        string source = RepositoryData.Path("corpus", "gguf", "hostile", "nan-f32-quiet.gguf");
        string target = folder.Write("out.apr", "precious"u8);
        AssertFails("MP2002", () => ModelConverter.Convert(source, target, ModelFormat.Apr, new() { Existing = ExistingTarget.Replace }));
        Assert.AreEqual("precious", File.ReadAllText(target));
        CollectionAssert.AreEqual(new[] { "out.apr" }, folder.Names());
    }

    [TestMethod]
    public void Folder_that_has_the_name_of_the_certificate_is_refused_before_anything_is_written()
    {
        using TempFolder folder = new();
        string source = SmallModels.Write(folder, ModelFormat.Gguf);
        Directory.CreateDirectory(folder.At("out.apr.modelpack.json"));
        AssertFails(
            "MP3001",
            () => ModelConverter.Convert(source, folder.At("out.apr"), ModelFormat.Apr, new() { Existing = ExistingTarget.Replace }));
        CollectionAssert.AreEqual(new[] { "out.apr.modelpack.json", "source.gguf" }, folder.Names());
    }

    [TestMethod]
    public void Folder_below_a_file_or_missing_is_an_input_output_error()
    {
        using TempFolder folder = new();
        string source = SmallModels.Write(folder, ModelFormat.Gguf);
        AssertFails("MP3002", () => ModelConverter.Convert(source, Path.Combine(source, "out.apr"), ModelFormat.Apr, new()));
        AssertFails("MP3002", () => ModelConverter.Convert(source, folder.At("missing/out.apr"), ModelFormat.Apr, new()));
        AssertFails("MP3002", () => ModelConverter.Convert(folder.At("missing.gguf"), folder.At("out.apr"), ModelFormat.Apr, new()));
        CollectionAssert.AreEqual(new[] { "source.gguf" }, folder.Names());
        CollectionAssert.AreEqual(SmallModels.Gguf(), File.ReadAllBytes(source));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Read_only_file_system_is_an_input_output_error()
    {
        using TempFolder folder = new();
        string source = SmallModels.Write(folder, ModelFormat.Gguf);
        using MountedFolder mount = MountedFolder.Mount(folder.At("mount"), "size=1m,ro");
        AssertFails("MP3002", () => ModelConverter.Convert(source, Path.Combine(mount.Path, "out.apr"), ModelFormat.Apr, new()));
        Assert.IsEmpty(Directory.GetFileSystemEntries(mount.Path));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Full_disk_leaves_nothing_behind()
    {
        using TempFolder folder = new();
        string source = SmallModels.WriteLarge(folder, "source.gguf", 4 << 20);
        using MountedFolder mount = MountedFolder.Mount(folder.At("mount"), "size=1m");
        AssertFails("MP3004", () => ModelConverter.Convert(source, Path.Combine(mount.Path, "out.apr"), ModelFormat.Apr, new()));
        Assert.IsEmpty(Directory.GetFileSystemEntries(mount.Path, "*", new EnumerationOptions { AttributesToSkip = 0 }));

        // With room for the output and none for its certificate.
        mount.Remount("size=5m");
        using (FileStream filler = File.Create(Path.Combine(mount.Path, "filler")))
        {
            long output = ModelConverter.Convert(source, folder.At("out.apr"), ModelFormat.Apr, new()).Output.Bytes;
            // The lock takes a page.
            filler.Write(new byte[(5 << 20) - CheckedMath.AlignUp(output, Environment.SystemPageSize) - Environment.SystemPageSize]);
        }

        AssertFails("MP3002", () => ModelConverter.Convert(source, Path.Combine(mount.Path, "out.apr"), ModelFormat.Apr, new()));
        CollectionAssert.AreEqual(
            new[] { "filler" }, Directory.GetFileSystemEntries(mount.Path, "*", new EnumerationOptions { AttributesToSkip = 0 })
                .Select(Path.GetFileName).ToArray());
        mount.Remount("size=16m");
        Assert.AreEqual(ProofLevel.L3, ModelConverter.Convert(source, Path.Combine(mount.Path, "out.apr"), ModelFormat.Apr, new()).Level);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Output_that_does_not_fit_is_refused_before_it_is_begun()
    {
        using TempFolder folder = new();
        string source = SmallModels.WriteLarge(folder, "source.gguf", 4 << 20);
        using MountedFolder mount = MountedFolder.Mount(folder.At("mount"), "size=1m");
        int reports = 0;
        foreach (string target in new[] { "out.safetensors", "set/" })
        {
            ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(() => ModelConverter.Convert(
                source, Path.Combine(mount.Path, target), ModelFormat.SafeTensors, new(),
                new CallingProgress(ConversionPhase.Writing, 1, () => reports++)));
            Assert.AreEqual("MP3004", exception.Code.Id);
            Assert.Contains("1048576 are free", exception.Detail);
        }

        Assert.AreEqual(0, reports);
        Assert.IsEmpty(Directory.GetFileSystemEntries(mount.Path, "*", new EnumerationOptions { AttributesToSkip = 0 }));
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Cancelled_conversion_leaves_nothing_behind_whenever_that_is()
    {
        using TempFolder folder = new();
        string source = SmallModels.WriteLarge(folder, "source.gguf", LargeBytes);
        string blocks = SmallModels.WriteLargeBlocks(folder, "blocks.gguf");
        string before = TempFolder.Sha256(source);
        int cancelled = 0;
        foreach ((ConversionPhase phase, int report) in from phase in Enum.GetValues<ConversionPhase>() from report in Enumerable.Range(
            1, 3) select (phase, report))
        {
            using CancellationTokenSource cancellation = new();
            CallingProgress progress = new(phase, report, cancellation.Cancel);
            Assert.Throws<OperationCanceledException>(
                () => ModelConverter.Convert(
                    phase == ConversionPhase.Making
                        ? blocks
                        : source, folder.At("out.apr"), ModelFormat.Apr, new(), progress, cancellation: cancellation.Token),
                        $"{phase} {report}");
            Assert.IsTrue(progress.WasCalled);
            cancelled++;
            CollectionAssert.AreEqual(new[] { "blocks.gguf", "source.gguf" }, folder.Names());
        }

        File.Delete(blocks);

        Random random = new(20260726);
        for (int i = 0; i < 15; i++)
        {
            using CancellationTokenSource cancellation = new(TimeSpan.FromMilliseconds(random.Next(0, 120)));
            try
            {
                ModelConverter.Convert(source, folder.At("out.apr"), ModelFormat.Apr, new(), cancellation: cancellation.Token);
                File.Delete(folder.At("out.apr"));
                File.Delete(folder.At("out.apr.modelpack.json"));
            }
            catch (OperationCanceledException)
            {
                cancelled++;
            }

            CollectionAssert.AreEqual(new[] { "source.gguf" }, folder.Names());
        }

        Assert.IsGreaterThan(6, cancelled);
        Assert.AreEqual(before, TempFolder.Sha256(source));
    }

    [TestMethod]
    public void Source_that_is_cut_while_it_is_read_is_an_input_output_error()
    {
        using TempFolder folder = new();
        string source = SmallModels.WriteLarge(folder, "source.gguf", LargeBytes);
        CallingProgress progress = new(ConversionPhase.Writing, 1, () =>
        {
            using FileStream stream = new(source, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            stream.SetLength(LargeBytes / 2);
        });
        AssertFails("MP3002", () => ModelConverter.Convert(source, folder.At("out.apr"), ModelFormat.Apr, new(), progress));
        Assert.IsTrue(progress.WasCalled);
        CollectionAssert.AreEqual(new[] { "source.gguf" }, folder.Names());
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Source_that_changes_between_reading_and_proving_does_not_change_what_is_proved()
    {
        using TempFolder folder = new();
        string source = SmallModels.WriteLarge(folder, "source.gguf", LargeBytes);
        string before = TempFolder.Sha256(source);
        CallingProgress progress = new(ConversionPhase.Proving, 1, () =>
        {
            using FileStream stream = new(source, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            stream.Position = LargeBytes / 2;
            stream.WriteByte(1);
        });
        ModelConverter.Convert(source, folder.At("out.apr"), ModelFormat.Apr, new(), progress);
        Assert.IsTrue(progress.WasCalled);
        ModelConverter.Convert(folder.At("out.apr"), folder.At("back.gguf"), ModelFormat.Gguf, new());
        Assert.AreEqual(before, TempFolder.Sha256(folder.At("back.gguf")));
        Assert.IsFalse(ModelVerifier.Verify(source, folder.At("out.apr")).Passed);
    }

    private static void AssertFails(string code, Action convert)
    {
        ModelPackException exception = Assert.Throws<ModelPackException>(convert);
        Assert.AreEqual(code, exception.Code.Id, exception.Describe());
        Assert.IsNotNull(exception.FilePath);
    }

    private sealed class CallingProgress(ConversionPhase phase, int number, Action action) : IProgress<ConversionProgress>
    {
        private int seen;

        public bool WasCalled => seen >= number;

        public void Report(ConversionProgress value)
        {
            if (value.Phase == phase && Interlocked.Increment(ref seen) == number)
            {
                action();
            }
        }
    }
}
