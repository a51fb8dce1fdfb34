using System.Runtime.Versioning;
using ModelPack.Build.Tests.Consumers;
using ModelPack.Models;

namespace ModelPack.Build.Tests.Tasks;

[TestClass]
public sealed class IncrementalTaskTests
{
    [TestMethod]
    public void An_unchanged_build_opens_neither_source_nor_output()
    {
        using TaskFolder folder = new();
        Assert.AreEqual("converted", folder.Build());

        // Whoever opened one of these files now would fail on Linux and Windows alike: they are exclusively locked by this test.
        using FileStream source = new(folder.Source, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        using FileStream output = new(folder.Output, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        using FileStream certificate = new(folder.Certificate, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.AreEqual("up to date", folder.Build());
    }

    [TestMethod]
    public void A_new_time_with_the_same_bytes_is_hashed_once_and_not_converted()
    {
        using TaskFolder folder = new();
        folder.Build();
        DateTime written = File.GetLastWriteTimeUtc(folder.Output);

        File.SetLastWriteTimeUtc(folder.Source, DateTime.UtcNow.AddMinutes(1));
        Assert.AreEqual("rehashed", folder.Build());
        Assert.AreEqual("up to date", folder.Build());

        File.SetLastWriteTimeUtc(folder.Output, written.AddMinutes(1));
        File.SetLastWriteTimeUtc(folder.Certificate, written.AddMinutes(1));
        Assert.AreEqual("rehashed", folder.Build());
        Assert.AreEqual("up to date", folder.Build());
    }

    // Windows tells no time of the last change that nobody sets.
    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void Changed_bytes_of_the_source_under_their_old_time_convert_again()
    {
        using TaskFolder folder = new();
        Assert.AreEqual("converted", folder.Build(("AllowNonFinite", "true")));
        Consumer.FlipByteUnderItsTime(folder.Source, new FileInfo(folder.Source).Length - 1);
        Assert.AreEqual("converted", folder.Build(("AllowNonFinite", "true")));
        Assert.AreEqual("up to date", folder.Build(("AllowNonFinite", "true")));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void Changed_bytes_of_an_output_its_side_file_or_its_certificate_under_their_old_time_fail()
    {
        using TaskFolder folder = new(TaskFolder.Q8);
        folder.Build();
        foreach ((string file, string code) in new[]
        {
            (folder.Output, BuildErrors.OutputChanged.Id), (ModelFiles.SideFilePath(folder.Output), BuildErrors.OutputChanged.Id),
            (folder.Certificate, BuildErrors.CertificateChanged.Id),
        })
        {
            long offset = new FileInfo(file).Length - 1;
            Consumer.FlipByteUnderItsTime(file, offset);
            Assert.AreEqual((code, file), (folder.Fail(("To", "apr")) is var error ? error.Code : "", error.File));
            Consumer.FlipByteUnderItsTime(file, offset);
            Assert.AreEqual("rehashed", folder.Build());
            Assert.AreEqual("up to date", folder.Build());
        }
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [UnsupportedOSPlatform("windows")]
    public void A_file_of_which_something_else_changed_than_its_bytes_is_hashed_once_and_not_converted()
    {
        using TaskFolder folder = new();
        folder.Build();
        foreach (string file in new[] { folder.Source, folder.Output, folder.Certificate })
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            Assert.AreEqual("rehashed", folder.Build(), file);
            Assert.AreEqual("up to date", folder.Build(), file);

            string moved = file + ".moved";
            DateTime written = File.GetLastWriteTimeUtc(file);
            File.Copy(file, moved);
            File.SetLastWriteTimeUtc(moved, written);
            File.Move(moved, file, overwrite: true);
            Assert.AreEqual("rehashed", folder.Build(), file);
            Assert.AreEqual("up to date", folder.Build(), file);
        }
    }

    [TestMethod]
    public void Changed_bytes_of_the_source_convert_again()
    {
        using TaskFolder folder = new();
        folder.Build();
        string hash = FileHash.Xxh128(folder.Output);

        Consumer.FlipByte(folder.Source, new FileInfo(folder.Source).Length - 1);

        Assert.AreEqual("converted", folder.Build(("AllowNonFinite", "true")));
        Assert.AreNotEqual(hash, FileHash.Xxh128(folder.Output));
    }

    [TestMethod]
    public void A_changed_option_converts_again()
    {
        using TaskFolder folder = new();
        folder.Build();
        Assert.AreEqual("converted", folder.Build(("Naming", "verbatim")));
        Assert.AreEqual("up to date", folder.Build(("Naming", "Verbatim")));
        Assert.AreEqual("converted", folder.Build(("Naming", "native")));
    }

    [TestMethod]
    public void A_deleted_output_certificate_or_state_converts_again()
    {
        using TaskFolder folder = new();
        folder.Build();
        foreach (string path in new[] { folder.Output, folder.Certificate, folder.State })
        {
            File.Delete(path);
            Assert.AreEqual("converted", folder.Build(), path);
            Assert.IsTrue(File.Exists(path), path);
        }
    }

    [TestMethod]
    public void A_state_file_that_was_cut_short_or_is_of_another_version_is_not_believed()
    {
        using TaskFolder folder = new();
        folder.Build();
        string state = File.ReadAllText(folder.State);
        foreach (string text in new[] { "", state[..(state.Length / 2)], state.Replace("state 3", "state 2", StringComparison.Ordinal),
            "\0\0\0" })
        {
            File.WriteAllText(folder.State, text);
            Assert.AreEqual("converted", folder.Build(), text);
        }

        File.WriteAllText(folder.State, state.Replace(ToolVersion.Text, "0.0.1", StringComparison.Ordinal));
        Assert.AreEqual("converted", folder.Build(), "another version of the program");
    }

    [TestMethod]
    public void A_changed_output_fails_and_the_error_names_the_tensor_and_the_byte()
    {
        using TaskFolder folder = new();
        folder.Build();
        long offset = new FileInfo(folder.Output).Length / 2;
        Consumer.FlipByte(folder.Output, offset);

        var error = folder.Fail(("To", "apr"));

        Assert.AreEqual(BuildErrors.OutputChanged.Id, error.Code);
        Assert.AreEqual(folder.Output, error.File);
        Assert.Contains($"at byte {offset}", error.Message!);
        Assert.Contains(BuildErrors.OutputChanged.Remedy, error.Message!);
        Assert.AreEqual(BuildErrors.OutputChanged.Id, folder.Fail(("To", "apr")).Code, "it goes on failing");

        Consumer.FlipByte(folder.Output, offset);
        Assert.AreEqual("rehashed", folder.Build(), "the right bytes are accepted again");
    }

    [TestMethod]
    public void A_byte_flipped_anywhere_fails_with_the_same_code_and_a_place()
    {
        const int Places = 40;
        using TaskFolder folder = new();
        folder.Build();
        long length = new FileInfo(folder.Output).Length;

        // Close together at the start, where header, metadata, origin record and index lie; then through the payloads to the footer.
        IEnumerable<long> offsets = Enumerable.Range(0, Places).Select(i => (long)Math.Pow(length, i / (Places - 1.0)) - 1);
        foreach (long offset in offsets.Append(length - 4).Distinct())
        {
            Consumer.FlipByte(folder.Output, offset);
            var error = folder.Fail(("To", "apr"));
            Assert.AreEqual(BuildErrors.OutputChanged.Id, error.Code, $"byte {offset}: {error.Message}");
            StringAssert.Matches(error.Message, new("at byte|origin|metadata"), $"byte {offset}");
            Consumer.FlipByte(folder.Output, offset);
        }

        Assert.AreEqual("rehashed", folder.Build());
    }

    [TestMethod]
    public void A_truncated_output_fails()
    {
        using TaskFolder folder = new();
        folder.Build();
        using (FileStream output = new(folder.Output, FileMode.Open, FileAccess.Write))
        {
            output.SetLength(output.Length - 1);
        }

        Assert.AreEqual(BuildErrors.OutputChanged.Id, folder.Fail(("To", "apr")).Code);
    }

    [TestMethod]
    public void A_changed_certificate_fails()
    {
        using TaskFolder folder = new();
        folder.Build();
        File.AppendAllText(folder.Certificate, " ");

        var error = folder.Fail(("To", "apr"));

        Assert.AreEqual(BuildErrors.CertificateChanged.Id, error.Code);
        Assert.AreEqual(folder.Certificate, error.File);
    }

    [TestMethod]
    public void A_copy_is_compared_only_if_it_would_survive_the_copying()
    {
        using TaskFolder folder = new();
        folder.Build();
        string copy = folder.In("bin", "models", "small.apr");
        File.Copy(folder.Output, copy);
        DateTime time = File.GetLastWriteTimeUtc(folder.Output);
        using (new FileStream(copy, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.AreEqual("up to date", folder.Build(), "a copy of the same size and time is not opened");
        }

        File.SetLastWriteTimeUtc(copy, time.AddMinutes(1));
        Assert.AreEqual("up to date", folder.Build());
        Assert.AreEqual(time, File.GetLastWriteTimeUtc(copy), "a copy that was only touched gets its time back");

        Consumer.FlipByte(copy, 4000);
        var error = folder.Fail(("To", "apr"));
        Assert.AreEqual(BuildErrors.CopyChanged.Id, error.Code);
        Assert.AreEqual(copy, error.File);
        Assert.AreEqual("up to date", folder.Build(("CopyToOutputDirectory", "Always")), "it will be overwritten");

        File.SetLastWriteTimeUtc(copy, time.AddMinutes(-1));
        Assert.AreEqual("up to date", folder.Build(), "older than its original: it will be overwritten");
    }
}
