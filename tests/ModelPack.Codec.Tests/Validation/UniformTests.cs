using ModelPack.Codec.Tests.Verification.Models;
using ModelPack.Formats;
using ModelPack.Models;
using ModelPack.Tensors;
using ModelPack.Validation;

namespace ModelPack.Codec.Tests.Validation;

[TestClass]
public sealed class UniformTests : ValidationTest
{
    [TestMethod]
    [DataRow("blk.0.attn_v.weight")]
    [DataRow("blk.1.attn_q.weight")]
    [DataRow("token_embd.weight")]
    [DataRow("blk.0.ffn_norm.weight")]
    public void A_tensor_of_zeros_is_found(string name)
    {
        foreach (ModelFormat format in Enum.GetValues<ModelFormat>())
        {
            EditableModel model = TinyModel.In(format);
            Array.Clear(model[name].Payload);
            Finding finding = Finding(model);
            Assert.AreEqual(ValidationErrors.Zero, finding.Code);
            Assert.AreEqual(model.NameOf(name), finding.Place);
            StringAssert.Contains(finding.Text, TensorShape.Format(model[name].Shape));
            using ModelFile file = ModelFiles.Open(Folder[$"model.{format.Extension()}"]);
            Assert.AreEqual(file.Tensors.Single(tensor => tensor.Name == finding.Place).Offset, finding.ByteOffset);
        }
    }

    [TestMethod]
    public void A_zeroed_model_is_found_tensor_by_tensor()
    {
        EditableGguf model = TinyModel.Gguf();
        model.Tensors.ForEach(tensor => Array.Clear(tensor.Payload));
        int biasesAndTables = model.Tensors.Count(
            tensor => tensor.Name.EndsWith("bias", StringComparison.Ordinal) || tensor.Name == "lookup");
        Assert.HasCount(model.Tensors.Count - biasesAndTables, Findings(model));
    }

    [TestMethod]
    public void A_matrix_of_one_value_is_found_with_the_value()
    {
        EditableGguf model = TinyModel.Gguf();
        Fill(model["blk.0.attn_v.weight"], BitConverter.GetBytes((Half)0.5f));
        Finding finding = Finding(model);
        Assert.AreEqual(ValidationErrors.Constant, finding.Code);
        StringAssert.Contains(finding.Text, "0.5");
    }

    [TestMethod]
    public void One_value_in_quantized_blocks_is_found()
    {
        EditableGguf model = TinyModel.Gguf();
        byte[] block = new byte[18];
        block[1] = 0x3C;
        block.AsSpan(2).Fill(0x99);
        Fill(model["blk.0.ffn_down.weight"], block);
        StringAssert.Contains(Finding(model).Text, "are 1");
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(-1)]
    public void One_other_value_is_enough(int place)
    {
        EditableGguf model = TinyModel.Gguf();
        byte[] payload = model["blk.0.attn_output.weight"].Payload;
        Array.Clear(payload);
        payload[place < 0 ? payload.Length + place : place] = 1;
        Sound(Validate(model));
    }

    [TestMethod]
    public void Norms_of_one_and_biases_of_zero_are_notes()
    {
        EditableGguf model = TinyModel.Gguf();
        Fill(model["output_norm.weight"], BitConverter.GetBytes(1f));
        Fill(model["blk.0.attn_norm.weight"], BitConverter.GetBytes(1f));
        Array.Clear(model["blk.0.attn_q.bias"].Payload);
        Array.Clear(model["lookup"].Payload);
        ValidationReport report = Validate(model);
        Sound(report);
        string constants = report.Notes.Single(note => note.Rule == "K-CONSTANT").Text;
        StringAssert.Contains(constants, "2 tensors");
        StringAssert.Contains(constants, "'output_norm.weight' (1)");
        string zeros = report.Notes.Single(note => note.Rule == "K-ZERO").Text;
        StringAssert.Contains(zeros, "2 tensors");
        StringAssert.Contains(zeros, "'blk.0.attn_q.bias'");
    }

    [TestMethod]
    [DataRow("gemma2", false)]
    [DataRow("qwen2", true)]
    public void A_norm_that_is_stored_less_one_may_be_zero(string architecture, bool isFound)
    {
        Dictionary<string, object?> config = TinyFolder.Config();
        config["model_type"] = architecture;
        EditableSafeTensors model = TinyModel.SafeTensors();
        Array.Clear(model["output_norm.weight"].Payload);
        string folder = TinyFolder.Write(Folder, architecture, model, ("config.json", config));
        Assert.AreEqual(isFound, ModelValidator.Validate(folder).Findings.Any(finding => finding.Code == ValidationErrors.Zero));
    }

    [TestMethod]
    public void The_second_factor_of_an_adapter_may_be_zero()
    {
        EditableSafeTensors model = TinyModel.SafeTensors();
        model.Tensors.Add(new("x.lora_B.weight", TensorType.F16, [4, 4], new byte[32]));
        Sound(Validate(model));
        model.Tensors.Add(new("x.lora_A.weight", TensorType.F16, [4, 4], new byte[32]));
        Assert.AreEqual(ValidationErrors.Zero, Finding(model).Code);
    }

    [TestMethod]
    [DataRow("x.unheard_of.weight", false)]
    [DataRow("blk.0.ffn_up_shexp.weight", true)]
    public void A_matrix_of_zeros_whose_role_nobody_knows_is_a_note(string name, bool isFound)
    {
        EditableGguf model = TinyModel.Gguf();
        model.Tensors.Add(new(name, TensorType.F16, [4, 4], new byte[32]));
        ValidationReport report = Validate(model);
        Assert.AreEqual(isFound, report.Findings.Any(finding => finding.Code == ValidationErrors.Zero));
        Assert.AreEqual(!isFound, report.Notes.Any(note => note.Rule == "K-ZERO" && note.Text.Contains(name, StringComparison.Ordinal)));
    }

    private static void Fill(EditableTensor tensor, byte[] pattern)
    {
        for (int i = 0; i < tensor.Payload.Length; i += pattern.Length)
        {
            pattern.CopyTo(tensor.Payload, i);
        }
    }
}
