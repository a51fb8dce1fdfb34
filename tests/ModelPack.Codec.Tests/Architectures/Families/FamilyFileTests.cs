using System.Text.Json;
using System.Text.Json.Nodes;
using ModelPack.Architectures;
using ModelPack.Architectures.Families;
using ModelPack.Architectures.Names;
using ModelPack.Architectures.Usability;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Architectures.Families;

/// <summary>What a family's file says is checked: each field, key, shape and tensor of it is spoiled once in a checkpoint.</summary>
[TestClass]
public sealed class FamilyFileTests
{
    private static readonly string[] Values = ["count", "float", "flag", "word", "text"];

    private static readonly string[] Lenient = ["absent", "optional", "tensor"];

    public static IEnumerable<object[]> Architectures => FamilyCatalog.All.Select(family => new object[] { family.Architecture });

    [TestMethod]
    [DynamicData(nameof(Architectures))]
    public void A_family_has_a_checkpoint(string architecture) => Each(architecture, _ => { });

    [TestMethod]
    [DynamicData(nameof(Architectures))]
    public void A_shape_that_the_config_contradicts_is_refused(string architecture) => Each(architecture, checkpoint =>
    {
        Family family = FamilyCatalog.Find(architecture)!;
        HashSet<int> seen = [];
        foreach (TensorInfo tensor in checkpoint.Tensors)
        {
            if (family.Names.FromHuggingFace(tensor.Name) is not [var match, ..] || match.GgufEnding != ".weight"
                || tensor.Type is not (TensorType.BF16 or TensorType.F16 or TensorType.F32)
                || !family.Shapes.ContainsKey(match.Rule.Order) || !seen.Add(match.Rule.Order))
            {
                continue;
            }

            for (int axis = 0; axis < tensor.Shape.Length; axis++)
            {
                TensorInfo spoiled = tensor with { Shape = tensor.Shape.SetItem(axis, tensor.Shape[axis] + 1) };
                TensorInfo[] tensors = [.. checkpoint.Tensors.Select(other => other.Name == tensor.Name ? spoiled : other)];
                ModelPackException error = Assert.ThrowsExactly<ModelPackException>(
                    () => checkpoint.Derive(tensors: tensors), $"{checkpoint.Name}: {tensor.Name}, axis {axis}");
                Assert.Contains(tensor.Name, error.Detail);
            }
        }
    });

    [TestMethod]
    [DynamicData(nameof(Architectures))]
    public void A_field_that_is_missing_or_wrong_is_not_expressed(string architecture) => Each(architecture, checkpoint =>
    {
        foreach (JsonElement line in Lines(architecture))
        {
            JsonProperty first = line.EnumerateObject().First();
            if (!Values.Contains(first.Name))
            {
                continue;
            }

            string[] fields = Texts(first.Value);
            if (!Lenient.Any(word => line.TryGetProperty(word, out _)) && first.Name != "text")
            {
                Assert.IsNull(
                    checkpoint.Derive(config => Remove(config, fields)).Architecture, $"{checkpoint.Name}: {fields[0]} is missing");
            }

            if (line.TryGetProperty("is", out _) || first.Name == "word")
            {
                Assert.IsNull(
                    checkpoint.Derive(config => Put(config, fields, Other(first.Name, line))).Architecture,
                    $"{checkpoint.Name}: {fields[0]} is another");
            }

            if (!line.TryGetProperty("tensor", out _))
            {
                JsonNode wrong = first.Name is "text" or "word" ? 7 : "seven";
                if (FamilyCatalog.Find(architecture)!.Models.Any(model => fields.Contains(model.When)))
                {
                    // The field tells the families of one class apart: what is not this one is another, or an error.
                    AssertIsNot(architecture, () => checkpoint.Derive(config => Put(config, fields, wrong)).Architecture);
                    continue;
                }

                ModelPackException error = Assert.ThrowsExactly<ModelPackException>(
                    () => checkpoint.Derive(config => Put(config, fields, wrong)), $"{checkpoint.Name}: {fields[0]} is of another type");
                Assert.Contains(fields[0], error.Detail);
            }
        }
    });

    [TestMethod]
    [DynamicData(nameof(Architectures))]
    public void Without_a_key_that_it_needs_a_GGUF_gives_no_config(string architecture) => Each(architecture, checkpoint =>
    {
        using GgufFile file = Converted(checkpoint);
        Assert.IsNull(DerivedCompanions.Derive(file).ConfigRefusal, checkpoint.Name);
        foreach (string name in RequiredTensors.For(architecture)!.Keys)
        {
            string key = $"{architecture}.{name}";
            MetadataEntry[] others = [.. file.Metadata.Where(entry => entry.Key != key)];
            Assert.HasCount(file.Metadata.Count - 1, others, $"{checkpoint.Name}: {key}");
            string? refusal = DerivedCompanions.Derive(others, file.Tensors, file.Source).ConfigRefusal?.Text;
            Assert.IsNotNull(refusal, $"{checkpoint.Name}: {key}");
        }
    });

    [TestMethod]
    [DynamicData(nameof(Architectures))]
    public void A_shape_that_a_key_contradicts_gives_no_config(string architecture) => Each(architecture, checkpoint =>
    {
        using GgufFile file = Converted(checkpoint);
        Family family = FamilyCatalog.Find(architecture)!;
        HashSet<int> seen = [];
        foreach (TensorInfo tensor in file.Tensors)
        {
            if (family.Names.FromGguf(tensor.Name, _ => true) is not { GgufEnding: ".weight" } match
                || match.Rule is not { Transform: NameTransform.None, Cut: null, Take: [{ Form: null }] }
                || !family.Shapes.ContainsKey(match.Rule.Order)
                || !seen.Add(match.Rule.Order) || tensor.Name == "token_embd.weight")
            {
                // The rows of the embedding are what says how many tokens there are.
                continue;
            }

            TensorInfo spoiled = tensor with { Shape = tensor.Shape.SetItem(0, tensor.Shape[0] + 1) };
            TensorInfo[] tensors = [.. file.Tensors.Select(other => other.Name == tensor.Name ? spoiled : other)];
            Assert.IsNotNull(
                DerivedCompanions.Derive(file.Metadata, tensors, file.Source).ConfigRefusal, $"{checkpoint.Name}: {tensor.Name}");
        }
    });

    [TestMethod]
    [DynamicData(nameof(Architectures))]
    public void A_tensor_that_the_architecture_needs_is_missed(string architecture) => Each(architecture, checkpoint =>
    {
        JsonElement needs = FamilyFile.All.Single(file => file.Architecture == architecture).Root.GetProperty("needs");
        string[] Components(string part) =>
            needs.TryGetProperty(part, out JsonElement named) ? named.GetString()!.Split(' ', '|', '+') : [];
        HashSet<string> components = [.. Components("outside"), .. Components("layer"), .. Components("decoder")];
        HashSet<string> firsts = [.. Components("first")];
        HashSet<string> names = [.. checkpoint.Tensors.Select(tensor => tensor.Name)];
        Assert.IsEmpty(FolderNeeds.MissingTensors(checkpoint.Config(), names), checkpoint.Name);
        foreach (string name in names)
        {
            // Layers that predict further tokens stand behind the others, and programs do without.
            if (FamilyCatalog.Find(architecture)!.Names.FromHuggingFace(name) is [var match] && match.Index <= 0
                && !match.Rule.Predicts && match.Layer < checkpoint.Layers
                && match.Rule.Gguf.Text.Replace("blk.{n}.", "", StringComparison.Ordinal) is var component
                && (components.Contains(match.GgufEnding == ".weight" ? component : component + match.GgufEnding)
                    || (match.Layer == 0 && firsts.Contains(component))))
            {
                Assert.IsNotEmpty(FolderNeeds.MissingTensors(checkpoint.Config(), [.. names.Where(other => other != name)]), name);
            }
        }
    });

    private static void AssertIsNot(string architecture, Func<string?> derive)
    {
        try
        {
            Assert.AreNotEqual(architecture, derive());
        }
        catch (ModelPackException exception)
        {
            Assert.AreEqual("MP2204", exception.Code.Id);
        }
    }

    private static void Each(string architecture, Action<FamilyCheckpoint> test)
    {
        int found = 0;
        foreach (FamilyCheckpoint checkpoint in FamilyCheckpoint.Of(FamilyCatalog.Find(architecture)!))
        {
            using (checkpoint)
            {
                found++;
                test(checkpoint);
            }
        }

        Assert.AreNotEqual(0, found, "no checkpoint of the family is among the tests' data");
    }

    private static GgufFile Converted(FamilyCheckpoint checkpoint) => GgufFile.Open(new MemoryByteSource(checkpoint.Gguf));

    private static IEnumerable<JsonElement> Lines(string architecture) =>
        FamilyFile.All.Single(file => file.Architecture == architecture).Root.GetProperty("config").EnumerateArray();

    private static void Remove(JsonObject config, string[] fields)
    {
        foreach (string field in fields)
        {
            config.Remove(field);
        }
    }

    private static void Put(JsonObject config, string[] fields, JsonNode value)
    {
        Remove(config, fields);
        config[fields[0]] = value;
    }

    private static JsonNode Other(string kind, JsonElement line) => kind switch
    {
        "flag" => !(line.GetProperty("is") is { ValueKind: JsonValueKind.Array } list ? list[0] : line.GetProperty("is"))
            .GetBoolean(),
        "count" => 4_000_000,
        "float" => 123.5,
        _ => "no-such-word",
    };

    private static string[] Texts(JsonElement value) => value.ValueKind == JsonValueKind.Array
        ? [.. value.EnumerateArray().Select(item => item.GetString()!)]
        : [value.GetString()!];
}
