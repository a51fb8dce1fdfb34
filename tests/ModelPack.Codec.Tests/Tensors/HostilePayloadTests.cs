using System.Text.Json;
using ModelPack.Tensors;

namespace ModelPack.Codec.Tests.Tensors;

[TestClass]
public sealed class HostilePayloadTests
{
    [TestMethod]
    [DataRow("gguf", 24)]
    [DataRow("apr", 15)]
    public void Non_finite_payloads_of_the_hostile_corpus_are_counted_exactly(string format, int files)
    {
        int scanned = 0;
        foreach (JsonElement entry in Expected(format))
        {
            string file = entry.GetProperty("file").GetString()!;
            JsonElement nan = entry.GetProperty("nan");
            (TensorType type, CorpusPayload payload) = Victim(format, file, nan);
            var scanner = FiniteScanner.For(type, payload.Shape);

            FiniteTally whole = default;
            scanner.Scan(0, payload.Bytes, ref whole);
            AssertAsExpected(nan, whole, file);

            FiniteTally backwards = default;
            int granularity = scanner.Granularity;
            for (int offset = (payload.Bytes.Length - 1) / granularity * granularity; offset >= 0; offset -= granularity)
            {
                FiniteTally chunk = default;
                scanner.Scan(offset, payload.Bytes.AsSpan(offset, Math.Min(granularity, payload.Bytes.Length - offset)), ref chunk);
                backwards.Merge(chunk);
            }

            AssertAsExpected(nan, backwards, file);
            scanned++;
        }

        Assert.AreEqual(files, scanned);
    }

    private static void AssertAsExpected(JsonElement nan, FiniteTally tally, string file)
    {
        JsonElement first = nan.GetProperty("first_nonfinite_element");
        Assert.AreEqual(nan.GetProperty("must_flag").GetBoolean(), !tally.IsFinite, file);
        Assert.AreEqual(nan.GetProperty("nonfinite_elements").GetInt64(), tally.NonFinite, file);
        Assert.AreEqual(nan.GetProperty("nan_elements").GetInt64(), tally.NaN, file);
        Assert.AreEqual(first.ValueKind == JsonValueKind.Null ? -1 : first.GetInt64(), tally.FirstNonFinite, file);
    }

    private static IEnumerable<JsonElement> Expected(string format) =>
        JsonDocument.Parse(File.ReadAllBytes(RepositoryData.Path("corpus", format, "hostile", "expected.json")))
            .RootElement.GetProperty("files").EnumerateArray()
            .Where(entry => entry.GetProperty("group").GetString() == "nan");

    private static (TensorType Type, CorpusPayload Payload) Victim(string format, string file, JsonElement nan)
    {
        string path = RepositoryData.Path("corpus", format, "hostile", file);
        string tensor = nan.GetProperty("tensor").GetString()!;
        if (format == "apr")
        {
            Assert.IsTrue(TensorTypes.TryGetByName(nan.GetProperty("dtype").GetString()!, out TensorTypeInfo? named));
            return (named!.Type, CorpusPayloads.Apr(path, tensor));
        }

        TensorType type = GoldenVectors.Type(nan.GetProperty("type_id"));
        CorpusPayload empty = CorpusPayloads.Gguf(path, tensor, 0);
        Assert.IsTrue(TensorTypes.Get(type).TryGetPayloadBytes(empty.Shape, out long bytes));
        return (type, CorpusPayloads.Gguf(path, tensor, (int)bytes));
    }
}
