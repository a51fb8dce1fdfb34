using ModelPack.Tool.Progress;

namespace ModelPack.Tool.Tests;

[TestClass]
public sealed class ProgressTests
{
    [TestMethod]
    public void A_log_gets_a_line_every_ten_seconds_with_rate_and_time_left()
    {
        Clock clock = new();
        using StringWriter error = new() { NewLine = "\n" };
        using ProgressLines lines = new(error, "convert", clock);
        for (int second = 0; second <= 25; second++)
        {
            clock.Seconds = second;
            lines.Report(new(ConversionPhase.Writing, second * 100_000_000L, 5_000_000_000));
        }

        clock.Seconds = 30;
        lines.Report(new(ConversionPhase.Proving, 0, 5_000_000_000));
        Assert.AreEqual(
            """
            convert: 20 %, 1.00 GB of 5.00 GB, 100 MB/s, 40.00 s left
            convert: 40 %, 2.00 GB of 5.00 GB, 100 MB/s, 30.00 s left
            prove: 0 %, 0 bytes of 5.00 GB

            """,
            error.ToString());
    }

    [TestMethod]
    public void A_verb_that_only_reads_goes_by_its_own_name()
    {
        Clock clock = new();
        using StringWriter error = new() { NewLine = "\n" };
        using ProgressLines lines = new(error, "verify", clock);
        clock.Seconds = 10;
        lines.Report(new(ConversionPhase.Proving, 0, 0));
        Assert.AreEqual("verify: 100 %, 0 bytes of 0 bytes\n", error.ToString());
    }

    [TestMethod]
    public void A_short_run_shows_no_bar()
    {
        using StringWriter error = new();
        using (ProgressBar bar = new(error, "convert"))
        {
            bar.Report(new(ConversionPhase.Writing, 1, 2));
        }

        Assert.AreEqual("", error.ToString());
    }

    [TestMethod]
    public void A_longer_run_shows_both_phases_and_ends_cleanly()
    {
        using StringWriter error = new();
        using (ProgressBar bar = new(error, "convert"))
        {
            Thread.Sleep(600);
            bar.Report(new(ConversionPhase.Writing, 50, 100));
            Thread.Sleep(400);
            bar.Report(new(ConversionPhase.Proving, 20, 100));
            Thread.Sleep(400);
        }

        Assert.Contains("convert", error.ToString());
        Assert.Contains("prove", error.ToString());
    }

    private sealed class Clock : TimeProvider
    {
        public double Seconds { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => (long)(Seconds * 1000);
    }
}
