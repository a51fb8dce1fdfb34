using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ModelPack.Codec.Tests.Tensors;
using ModelPack.Tensors;

namespace ModelPack.Codec.Tests.Models;

/// <summary>Values of tensors through the front door.</summary>
[TestClass]
public sealed class TensorValueTests
{
    public static IEnumerable<object[]> Vectors => GoldenVectors.All.Select(vector => new object[] { vector.File });

    [TestMethod]
    [DynamicData(nameof(Vectors))]
    public void Every_ggml_type_gives_the_values_of_the_reference_library(string file)
    {
        GoldenVector vector = GoldenVectors.All.Single(other => other.File == file);
        TensorTypeInfo type = TensorTypes.Get(vector.Type);
        ulong rows = (ulong)(vector.Decoded.Length / type.BlockElements);
        using Model model = Model.Open(ModelFixtures.OfOne(vector.Type, vector.Blocks, (ulong)type.BlockElements, rows));
        Tensor tensor = model.Tensors["t"];
        CollectionAssert.AreEqual(new[] { (long)rows, type.BlockElements }, tensor.Shape);

        AreValues(vector.Decoded, tensor.ToSingles());
        float[] places = new float[vector.Decoded.Length + 1];
        places[^1] = 7;
        tensor.CopyTo(places);
        AreValues(vector.Decoded, places.AsSpan(0, vector.Decoded.Length));
        Assert.AreEqual(7, places[^1]);

        long middle = (long)rows / 2;
        float[] row = tensor.Slice(middle, 1).ToSingles();
        AreValues(vector.Decoded.AsSpan((int)middle * type.BlockElements, type.BlockElements), row);

        float[] decoded = new float[TensorDecoder.DecodedLength(vector.Type, vector.Blocks.Length)];
        TensorDecoder.Decode(vector.Type, vector.Blocks, decoded);
        AreValues(vector.Decoded, decoded);
        CollectionAssert.AreEqual(vector.Blocks, tensor.ToBytes());
    }

    [TestMethod]
    public void All_types_of_all_formats_are_decoded_or_refused_with_the_right_call()
    {
        HashSet<TensorType> seen = [];
        string[] files = [
            ModelFixtures.SafeTensors("all_dtypes.safetensors"), ModelFixtures.Apr("dtype-all"), ModelFixtures.Apr("q4_k-rows-padded-300"),
            ModelFixtures.Apr("q4_k-flat"), ModelFixtures.Gguf("tensor-all-types")];
        foreach (string file in files)
        {
            using Model model = Model.Open(file);
            foreach (Tensor tensor in model.Tensors)
            {
                seen.Add(tensor.Type);
                if (TensorDecoder.CanDecode(tensor.Type))
                {
                    CollectionAssert.AreEqual(Bits(Scalar(tensor)), Bits(tensor.ToSingles()), tensor.ToString());
                    continue;
                }

                InvalidOperationException refusal = Assert.ThrowsExactly<InvalidOperationException>(() => tensor.ToSingles());
                StringAssert.Contains(refusal.Message, tensor.Type == TensorType.C64 ? "call ToBytes" : "call ToArray<");
                StringAssert.Contains(refusal.Message, tensor.Name);
            }
        }

        CollectionAssert.AreEquivalent(Array.Empty<TensorType>(), TensorTypes.All.Select(info => info.Type).Except(seen).ToArray());
    }

    [TestMethod]
    public void Plain_types_come_as_what_they_are()
    {
        using Model model = Model.Open(ModelFixtures.SafeTensors("all_dtypes.safetensors"));
        AreElements<float>(TensorType.F32);
        AreElements<double>(TensorType.F64);
        AreElements<Half>(TensorType.F16);
        AreElements<sbyte>(TensorType.I8);
        AreElements<short>(TensorType.I16);
        AreElements<int>(TensorType.I32);
        AreElements<long>(TensorType.I64);
        AreElements<byte>(TensorType.U8);
        AreElements<ushort>(TensorType.U16);
        AreElements<uint>(TensorType.U32);
        AreElements<ulong>(TensorType.U64);

        void AreElements<T>(TensorType type)
            where T : unmanaged
        {
            Tensor tensor = model.Tensors.Single(other => other.Type == type);
            T[] expected = MemoryMarshal.Cast<byte, T>(tensor.ToBytes()).ToArray();
            CollectionAssert.AreEqual(expected, tensor.ToArray<T>());
            CollectionAssert.AreEqual(expected[(expected.Length / 2)..], tensor.Slice(1, 1).ToArray<T>());
        }
    }

    [TestMethod]
    public void Any_byte_but_zero_is_true()
    {
        using Model model = Model.Open(ModelFixtures.SafeTensors("bool_bytes_other_than_0_and_1.safetensors"));
        Tensor tensor = model.Tensors[0];
        byte[] stored = tensor.ToBytes();
        Assert.IsTrue(stored.Any(value => value > 1));
        CollectionAssert.AreEqual(stored.Select(value => value != 0).ToArray(), tensor.ToArray<bool>());
        CollectionAssert.AreEqual(
            stored.Select(value => value == 0 ? (byte)0 : (byte)1).ToArray(), MemoryMarshal.AsBytes<bool>(tensor.ToArray<bool>())
                .ToArray());
        Assert.IsFalse(tensor.TryGetSpan(out ReadOnlySpan<bool> lent));
        Assert.IsTrue(lent.IsEmpty);
    }

    [TestMethod]
    [DataRow(TensorType.F32, "ToArray<float>")]
    [DataRow(TensorType.BF16, "ToSingles")]
    [DataRow(TensorType.I64, "ToArray<long>")]
    [DataRow(TensorType.C64, "ToBytes")]
    [DataRow(TensorType.F8E4M3, "ToSingles")]
    public void Another_element_type_is_refused_with_the_right_call(TensorType type, string call)
    {
        using Model model = Model.Open(ModelFixtures.SafeTensors("all_dtypes.safetensors"));
        Tensor tensor = model.Tensors.Single(other => other.Type == type);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => tensor.ToArray<uint>()).Message, call);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => tensor.TryGetSpan<uint>(out _)).Message, call);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => tensor.ToArray<byte>()).Message, call);
    }

    [TestMethod]
    public void A_buffer_that_is_too_short_is_refused()
    {
        using Model model = Model.Open(ModelFixtures.SafeTensors("minimal_f32.safetensors"));
        Tensor tensor = model.Tensors[0];
        ArgumentException refusal = Assert.ThrowsExactly<ArgumentException>(() => tensor.CopyTo(new float[tensor.ElementCount - 1]));
        StringAssert.Contains(refusal.Message, tensor.Name);
    }

    [TestMethod]
    [DataRow("big-endian")]
    [DataRow("big-endian-fugg")]
    public void Big_endian_payloads_have_the_values_of_their_little_endian_twins(string name)
    {
        using Model model = Model.Open(ModelFixtures.Gguf(name));
        using Model twin = Model.Open(ModelFixtures.Gguf("little-endian-twin"));
        Assert.IsTrue(model.Tensors.All(tensor => tensor.ByteOrder == ByteOrder.BigEndian));
        foreach (Tensor tensor in model.Tensors)
        {
            Tensor other = twin.Tensors[tensor.Name];
            if (TensorDecoder.CanDecode(tensor.Type))
            {
                CollectionAssert.AreEqual(Bits(other.ToSingles()), Bits(tensor.ToSingles()), tensor.ToString());
                CollectionAssert.AreEqual(Bits(other.Slice(1, 1).ToSingles()), Bits(tensor.Slice(1, 1).ToSingles()), tensor.ToString());
            }
        }

        CollectionAssert.AreEqual(twin.Tensors["type.27.i64"].ToArray<long>(), model.Tensors["type.27.i64"].ToArray<long>());
        CollectionAssert.AreEqual(twin.Tensors["type.28.f64"].ToArray<double>(), model.Tensors["type.28.f64"].ToArray<double>());
        CollectionAssert.AreEqual(twin.Tensors["type.25.i16"].ToArray<short>(), model.Tensors["type.25.i16"].ToArray<short>());
        Assert.IsFalse(model.Tensors["type.00.f32"].TryGetSpan<float>(out _));
        Assert.IsTrue(model.Tensors["type.00.f32"].TryGetSpan(out ReadOnlySpan<byte> stored));
        CollectionAssert.AreEqual(model.Tensors["type.00.f32"].ToBytes(), stored.ToArray());
    }

    [TestMethod]
    public void Values_in_an_order_that_no_program_writes_are_refused()
    {
        byte[] file = new Formats.Gguf.GgufBytes(3, ByteOrder.BigEndian).Header(1, 0).Record("t", 3, 0, 32).Pad().Raw(new byte[20]).Pad()
            .ToArray();
        using Model model = Model.Open(file);
        StringAssert.Contains(
            Assert.ThrowsExactly<NotSupportedException>(() => model.Tensors[0].ToSingles()).Message, "Q4_1 in big-endian order");
        Assert.HasCount(20, model.Tensors[0].ToBytes());
    }

    [TestMethod]
    public void What_an_array_cannot_hold_is_refused_with_the_call_that_reads_it()
    {
        const long Rows = 1L << 21;
        byte[] head = new Formats.Gguf.GgufBytes().Header(1, 0).Record("huge", 24, 0, 1 << 11, (ulong)Rows).Pad().ToArray();
        using Model model = Model.Open(new HugeSource(head, Rows << 11));
        Tensor tensor = model.Tensors["huge"];
        Assert.AreEqual(Rows << 11, tensor.ElementCount);
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => tensor.ToBytes()).Message, "Slice(start, length).ToBytes");
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => tensor.ToArray<sbyte>()).Message, "Slice(start, length).ToArray<sbyte>");
        Assert.IsFalse(tensor.TryGetSpan<sbyte>(out _));
        CollectionAssert.AreEqual(
            Enumerable.Repeat(HugeSource.At(head.Length + ((Rows - 1) << 11)), 1).ToArray(), tensor.Slice(Rows - 1, 1).ToBytes()[..1]);
        using Stream stream = tensor.OpenRead();
        stream.Position = stream.Length - 1;
        Assert.AreEqual(HugeSource.At(head.Length + stream.Length - 1), (byte)stream.ReadByte());
        Assert.AreEqual(-1, stream.ReadByte());

        byte[] singles = new Formats.Gguf.GgufBytes().Header(1, 0).Record("huge", 1, 0, 1 << 11, (ulong)Rows).Pad().ToArray();
        using Model wide = Model.Open(new HugeSource(singles, Rows << 12));
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => wide.Tensors[0].ToSingles()).Message, "Slice(start, length).ToSingles");
        Half expected = BinaryPrimitives.ReadHalfLittleEndian(
            [HugeSource.At(singles.Length + ((Rows - 2) << 12)), HugeSource.At(singles.Length + ((Rows - 2) << 12) + 1)]);
        Assert.AreEqual((float)expected, wide.Tensors[0].Slice(Rows - 2, 2).ToSingles()[0]);
    }

    private static float[] Scalar(Tensor tensor)
    {
        float[] values = new float[tensor.ElementCount];
        byte[] bytes = tensor.ToBytes();
        long rows = TensorTypes.Get(tensor.Type).Rule == PayloadRule.PaddedRows ? tensor.Shape[0] : 1;
        for (long row = 0; row < rows; row++)
        {
            int width = (int)(values.Length / rows);
            int length = (int)(bytes.Length / rows);
            TensorDecoder.DecodeScalar(tensor.Type, bytes.AsSpan((int)row * length, length), values.AsSpan((int)row * width, width));
        }

        return values;
    }

    private static uint[] Bits(ReadOnlySpan<float> values) => ModelFixtures.Bits(values);

    private static void AreValues(ReadOnlySpan<uint> expected, ReadOnlySpan<float> values)
    {
        Assert.AreEqual(expected.Length, values.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (!float.IsNaN(BitConverter.UInt32BitsToSingle(expected[i])) || !float.IsNaN(values[i]))
            {
                Assert.AreEqual(expected[i], BitConverter.SingleToUInt32Bits(values[i]), $"element {i}");
            }
        }
    }

    /// <summary>A file with a payload of any length that exists nowhere.</summary>
    [TestMethod]
    public void Rows_beyond_two_gigabytes_of_a_file_are_read_and_lent()
    {
        // A hole takes no place on the disk; only the last row is written.
        const long Rows = 600_000_000;
        string path = Path.Combine(Directory.CreateTempSubdirectory("modelpack-large-").FullName, "large.safetensors");
        byte[] header = System.Text.Encoding.ASCII.GetBytes(
            $$$"""{"w":{"dtype":"F32","shape":[{{{Rows}}},1],"data_offsets":[0,{{{Rows * 4}}}]}}""".PadRight(120));
        try
        {
            using (FileStream file = File.Create(path))
            {
                file.Write(BitConverter.GetBytes((long)header.Length));
                file.Write(header);
                file.SetLength(8 + header.Length + (Rows * 4));
                file.Position = file.Length - 4;
                file.Write(BitConverter.GetBytes(2.5f));
            }

            using Model model = Model.Open(path);
            Tensor tensor = model.Tensors["w"];
            Assert.IsFalse(tensor.TryGetSpan(out ReadOnlySpan<float> _), "a span holds no more than 2 GB");
            Tensor last = tensor.Slice(Rows - 2, 2);
            CollectionAssert.AreEqual(new[] { 0f, 2.5f }, last.ToSingles());
            Assert.IsTrue(last.TryGetSpan(out ReadOnlySpan<float> lent));
            Assert.AreEqual(2.5f, lent[1]);
            using Stream bytes = tensor.OpenRead();
            bytes.Position = bytes.Length - 4;
            byte[] end = new byte[4];
            bytes.ReadExactly(end);
            Assert.AreEqual(2.5f, BitConverter.ToSingle(end));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    [TestMethod]
    public void Spans_and_buffers_of_the_caller_allocate_next_to_nothing()
    {
        using Model model = Model.Open(ModelFixtures.Small);
        float[] buffer = new float[model.Tensors.Max(tensor => tensor.ElementCount)];
        Read();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Read();
        }

        long each = (GC.GetAllocatedBytesForCurrentThread() - before) / 100;
        Assert.IsLessThan(64 * 1024L, each);

        void Read()
        {
            foreach (Tensor tensor in model.Tensors)
            {
                tensor.CopyTo(buffer);
                Assert.IsTrue(tensor.TryGetSpan(out ReadOnlySpan<byte> lent));
                Assert.AreEqual(tensor.ByteLength, lent.Length);
            }
        }
    }

    private sealed class HugeSource(byte[] head, long payload) : ByteSource
    {
        public override string Name => "huge.gguf";

        public override long Length => head.Length + payload;

        public static byte At(long offset) => (byte)(offset * 7 % 61);

        public override void ReadAt(long offset, Span<byte> destination)
        {
            for (int i = 0; i < destination.Length; i++)
            {
                destination[i] = offset + i < head.Length ? head[offset + i] : At(offset + i);
            }
        }
    }
}
