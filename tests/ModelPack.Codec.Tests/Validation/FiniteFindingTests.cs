using ModelPack.Codec.Tests.Verification.Models;
using ModelPack.Conversion;
using ModelPack.Formats;
using ModelPack.Models;
using ModelPack.Tensors;

namespace ModelPack.Codec.Tests.Validation;

[TestClass]
public sealed class FiniteFindingTests : ValidationTest
{
    [TestMethod]
    public void NaN_in_a_block_of_an_expert_is_reported_with_expert_count_element_block_and_offset()
    {
        EditableGguf model = Experts(TensorType.Q4_0, 18, 32);
        int block = (2 * 8 * 2) + 5;
        byte[] payload = model.Tensors[0].Payload;
        payload[(block * 18) + 1] = 0x7E;
        Finding finding = Finding(model);
        using ModelFile file = ModelFiles.Open(Folder["model.gguf"]);
        Assert.AreEqual(ProofErrors.NonFiniteTensor, finding.Code);
        Assert.AreEqual("blk.0.ffn_up_exps.weight", finding.Place);
        StringAssert.Contains(finding.Text, "32 NaN and 0 infinite values");
        StringAssert.Contains(finding.Text, $"element {block * 32} in block {block}, expert 2 of 4");
        Assert.AreEqual(file.Tensors[0].Offset + (block * 18), finding.ByteOffset);

        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(
            () => ModelConverter.Convert(Folder["model.gguf"], Folder["x.apr"], ModelFormat.Apr, new()));
        StringAssert.Contains(error.Detail, "expert 2 of 4");
        Assert.AreEqual(finding.ByteOffset, error.ByteOffset);
    }

    [TestMethod]
    public void A_block_whose_scale_stands_for_NaN_names_its_expert()
    {
        EditableGguf model = Experts(TensorType.MXFP4, 17, 32);
        byte[] payload = model.Tensors[0].Payload;
        int block = (3 * 8 * 2) + 1;
        payload[block * 17] = 0xFF;
        payload.AsSpan((block * 17) + 1, 16).Clear();
        StringAssert.Contains(Finding(model).Text, "expert 3 of 4");
    }

    [TestMethod]
    public void Infinity_in_a_plain_tensor_names_element_and_offset()
    {
        foreach (ModelFormat format in Enum.GetValues<ModelFormat>())
        {
            EditableModel model = TinyModel.In(format);
            BitConverter.GetBytes(Half.NegativeInfinity).CopyTo(model["blk.1.attn_v.weight"].Payload, 2 * 777);
            BitConverter.GetBytes(Half.NaN).CopyTo(model["blk.1.attn_v.weight"].Payload, 2 * 888);
            Finding finding = Finding(model);
            StringAssert.Contains(finding.Text, "1 NaN and 1 infinite values");
            Assert.EndsWith("element 777", finding.Text);
            using ModelFile file = ModelFiles.Open(Folder[$"model.{format.Extension()}"]);
            Assert.AreEqual(file.Tensors.Single(tensor => tensor.Name == finding.Place).Offset + (2 * 777), finding.ByteOffset);
        }
    }

    [TestMethod]
    public void Three_dimensions_that_are_no_experts_are_not_called_so()
    {
        EditableGguf model = Experts(TensorType.Q4_0, 18, 32);
        model.Tensors[0].Name = "conv.weight";
        model.Tensors[0].Payload[1] = 0x7C;
        StringAssert.Contains(Finding(model).Text, "outermost index 0 of 4");
    }

    [TestMethod]
    public void The_block_of_a_padded_row_is_counted_with_the_padding()
    {
        // Rows of 300 elements take two blocks of 256 each (apr-v2.md §9.4).
        string path = RepositoryData.Path("corpus", "apr", "valid", "q4_k-rows-padded-300.apr");
        using ModelFile file = ModelFiles.Open(path);
        TensorInfo tensor = file.Tensors.First(tensor => tensor.Type == TensorType.AprQ4KRows);
        long columns = tensor.Shape[1];
        FiniteTally tally = default;
        byte[] row = file.Source.ReadBytes(tensor.Offset, (int)tensor.ByteLength);
        row[(3 * 144) + 1] = 0x7E;
        FiniteScanner.For(tensor.Type, tensor.Shape.AsSpan()).Scan(0, row, ref tally);
        StringAssert.Contains(FiniteReport.Describe(tensor, tally), $"element {columns + 256} in block 3");
        Assert.AreEqual(tensor.Offset + (3 * 144), FiniteReport.ByteOffset(tensor, tally));
    }

    private static EditableGguf Experts(TensorType type, int blockBytes, int blockElements)
    {
        EditableGguf model = new();
        model.SetText("general.name", "experts");
        long[] shape = [4, 8, 2 * blockElements];
        byte[] payload = new byte[4 * 8 * 2 * blockBytes];
        new Random(1).NextBytes(payload);
        for (int block = 0; block < payload.Length; block += blockBytes)
        {
            payload[block] = 0x7F;
            payload[block + 1] &= 0xBF;
        }

        model.Tensors.Add(new("blk.0.ffn_up_exps.weight", type, shape, payload));
        return model;
    }
}
