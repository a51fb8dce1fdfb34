using System.Text.Json.Nodes;
using ModelPack.Formats.Gguf;
using ModelPack.Models;

namespace ModelPack.Interop.Tests.Models;

/// <summary>Tokens that end a turn, a message or a text, on their way without an origin record.</summary>
[TestClass]
public sealed class EndTokenTests
{
    private const string TurnKey = "tokenizer.ggml.eot_token_id";
    private const string MessageKey = "tokenizer.ggml.eom_token_id";

    private static readonly ConversionOptions Bare = new() { Origin = OriginMode.None };
    private static readonly TinyModel Model = TinyModels.Get("llama-F32");

    public static IEnumerable<object[]> Trips =>
        from keys in (string[][])[[TurnKey], [MessageKey], [TurnKey, MessageKey]]
        from via in (ModelFormat[])[ModelFormat.SafeTensors, ModelFormat.Apr]
        select new object[] { keys, via };

    [TestMethod]
    [DynamicData(nameof(Trips))]
    public void The_ends_of_turn_and_of_message_come_back(string[] keys, ModelFormat via)
    {
        MetadataEntry[] ends = [
            .. keys.Select(
                (key, index) => new MetadataEntry(
                    key, GgufValue.FromUInt32((uint)Model.Tokenizer.Id(Model.Tokenizer.Special[^(index + 1)]))))];
        string path = Path.Combine(WrittenFiles.Folder, $"{Guid.NewGuid():N}.ends.gguf");
        HandMadeGguf.Write(Model, Model.NativeTensors(), path, ends);
        Trip there = Trip.From(path, $"{via}-{string.Join('-', keys)}.ends").To(via, Bare);
        using ModelFile returned = ModelFiles.Open(there.To(ModelFormat.Gguf, Bare).Path);
        foreach (string key in (string[])[TurnKey, MessageKey])
        {
            Assert.AreEqual(
                ends.SingleOrDefault(entry => entry.Key == key)?.Value.Display(),
                returned.Metadata.SingleOrDefault(entry => entry.Key == key)?.Value.Display(), key);
        }

        CollectionAssert.AreEqual(LogitsComparison.Run(path).Results[0], LogitsComparison.Run(returned.Source.Name).Results[0]);
    }

    [TestMethod]
    public void Further_ends_of_generation_config_are_reported_as_lost()
    {
        string folder = Path.Combine(WrittenFiles.Folder, "further-ends");
        HuggingFaceFolder.Write(Model, folder);
        string path = Path.Combine(folder, "generation_config.json");
        JsonObject generation = JsonNode.Parse(File.ReadAllBytes(path))!.AsObject();
        int end = generation["eos_token_id"]!.GetValue<int>();
        int further = Model.Tokenizer.Id(Model.Tokenizer.Special[0]);
        Assert.AreNotEqual(further, end);
        Assert.IsFalse(Notes("one").Any(IsOnEnds));

        // llama.cpp knows the end of a turn by its name.
        generation["eos_token_id"] = new JsonArray(end, Model.Tokenizer.Id("<|eot_id|>"));
        File.WriteAllText(path, generation.ToJsonString());
        Assert.IsFalse(Notes("named").Any(IsOnEnds));
        generation["eos_token_id"] = new JsonArray(end, further);
        File.WriteAllText(path, generation.ToJsonString());
        Assert.AreEqual(
            $"generation_config.json: eos_token_id {further}: no key says that this token ends a text too, and it is not carried over",
            Notes("two").Single(IsOnEnds));

        IEnumerable<string> Notes(string label) => Trip.From(folder, $"ends-{label}").To(ModelFormat.Gguf, Bare).Certificate!.Notes;
        static bool IsOnEnds(string note) => note.Contains("eos_token_id", StringComparison.Ordinal);
    }
}
