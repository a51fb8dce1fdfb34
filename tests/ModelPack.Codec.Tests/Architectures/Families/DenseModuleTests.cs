using System.Text;
using System.Text.Json.Nodes;
using ModelPack.Architectures.Families;
using ModelPack.Architectures.Rules;
using ModelPack.Formats;
using ModelPack.IO.Names;

namespace ModelPack.Codec.Tests.Architectures.Families;

/// <summary>Projections behind the pooling lie in folders of their own: what these lack, or say otherwise, is found.</summary>
[TestClass]
public sealed class DenseModuleTests
{
    private const string Config = "2_Dense/config.json";
    private const string Weights = "2_Dense/model.safetensors";

    private static readonly SharedCheckpoint Checkpoint = SharedCheckpoint.Of("gemma-embedding-dense");

    [TestMethod]
    public void A_module_that_is_not_there_is_no_model_without_it()
    {
        ShouldNotBeExpressed("whose config.json or model.safetensors is missing", file => file.Name == Config ? null : file);
        ShouldNotBeExpressed("whose config.json or model.safetensors is missing", file => file.Name == Weights ? null : file);
    }

    [TestMethod]
    public void More_projections_than_there_are_tensors_for_are_refused() =>
        ShouldNotBeExpressed("names 3 modules of the type Dense, and there are tensors for 2", file => file.Name != "modules.json" ? file
            : Edited(file, modules => modules.AsArray().Add(
                new JsonObject { ["idx"] = 5, ["path"] = "5_Dense", ["type"] = "sentence_transformers.models.Dense" })));

    [TestMethod]
    public void A_function_behind_a_projection_is_refused() =>
        ShouldNotBeExpressed("another activation_function than the identity", file => file.Name != Config ? file
            : Edited(file, module => module["activation_function"] = "torch.nn.modules.activation.Tanh"));

    [TestMethod]
    public void Weights_that_are_no_single_matrix_are_refused() =>
        ShouldNotBeExpressed("holds something else than the matrix linear.weight", file => file.Name != Weights ? file
            : new(
                file.Name,
                Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(file.Bytes.Span).Replace("linear.weight", "linear.wxight"))));

    [TestMethod]
    [DataRow("in_features")]
    [DataRow("out_features")]
    public void Sizes_that_the_matrix_does_not_have_are_an_error(string field)
    {
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => Derive(file => file.Name != Config ? file
            : Edited(file, module => module[field] = 7)));
        Assert.Contains("does not say in_features 48 and out_features 192", error.Detail);
    }

    private static void ShouldNotBeExpressed(string why, Func<Companion, Companion?> edit)
    {
        Assert.AreEqual("gemma-embedding", Derive(file => file).Architecture);
        DerivedGguf derived = Derive(edit);
        Assert.IsNull(derived.Architecture);
        Assert.IsTrue(derived.Notes.Any(note => note.Contains(why)), string.Join('\n', derived.Notes));
    }

    private static DerivedGguf Derive(Func<Companion, Companion?> edit) =>
        ConfigToGguf.Derive(new("folder", [.. Checkpoint.Companions.Select(edit).OfType<Companion>()], Checkpoint.Tensors, null));

    private static Companion Edited(Companion file, Action<JsonNode> edit)
    {
        JsonNode root = JsonNode.Parse(file.Bytes.Span)!;
        edit(root);
        return new(file.Name, Encoding.UTF8.GetBytes(root.ToJsonString()));
    }
}
