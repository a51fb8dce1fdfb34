using System.Collections.Immutable;
using ModelPack.Packaging.Content;

namespace ModelPack.Packaging.Tests;

[TestClass]
public sealed class PartCutterTests
{
    [TestMethod]
    public void A_cut_lies_between_tensors()
    {
        FileRun[] payloads = [new(100, 40), new(160, 40), new(220, 40)];
        CollectionAssert.AreEqual(
            new FileRun[] { new(100, 120), new(220, 50) }, PartCutter.Runs(100, 270, payloads, 120).ToArray());
    }

    [TestMethod]
    public void A_longer_header_moves_the_parts_and_does_not_change_them()
    {
        FileRun[] payloads = [new(100, 40), new(160, 70), new(230, 300), new(530, 5)];
        ImmutableArray<FileRun> near = PartCutter.Runs(100, 540, payloads, 120);
        ImmutableArray<FileRun> far = PartCutter.Runs(
            1100, 1540, [.. payloads.Select(payload => payload with { Offset = payload.Offset + 1000 })], 120);
        CollectionAssert.AreEqual(near.ToArray(), far.Select(run => run with { Offset = run.Offset - 1000 }).ToArray());
    }

    [TestMethod]
    public void A_tensor_beyond_the_limit_is_cut_inside_from_its_own_start()
    {
        FileRun[] payloads = [new(10, 5), new(16, 250), new(266, 4)];
        CollectionAssert.AreEqual(
            new FileRun[] { new(10, 6), new(16, 100), new(116, 100), new(216, 54) },
            PartCutter.Runs(10, 270, payloads, 100).ToArray());
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public void The_runs_hold_every_byte_once_and_none_is_too_long(int seed)
    {
        Random random = new(seed);
        for (int turn = 0; turn < 200; turn++)
        {
            long position = random.Next(50);
            long start = position;
            List<FileRun> payloads = [];
            for (int tensors = random.Next(8); tensors > 0; tensors--)
            {
                payloads.Add(new(position + random.Next(9), random.Next(200)));
                position = payloads[^1].Offset + payloads[^1].Length;
            }

            long end = position + random.Next(120);
            long limit = random.Next(1, 120);
            long next = start;
            foreach (FileRun run in PartCutter.Runs(start, end, payloads, limit))
            {
                Assert.AreEqual(next, run.Offset);
                Assert.IsTrue(run.Length > 0 && run.Length <= limit);
                next += run.Length;
            }

            Assert.AreEqual(end, next);
        }
    }
}
