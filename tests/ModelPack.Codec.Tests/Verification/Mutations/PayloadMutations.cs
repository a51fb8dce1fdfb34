using ModelPack.Codec.Tests.Verification.Models;
using ModelPack.Conversion;
using ModelPack.Validation;

namespace ModelPack.Codec.Tests.Verification.Mutations;

/// <summary>Values that change while everything else stays.</summary>
internal static class PayloadMutations
{
    private const string Value = "blk.0.attn_v.weight";
    private const string OtherValue = "blk.1.attn_v.weight";
    private const string Query = "blk.1.attn_q.weight";
    private const string Square = "blk.0.attn_output.weight";
    private const string Norm = "blk.1.ffn_norm.weight";
    private const int Q4_KBlock = 144;
    private const int Q4_KQuants = 16;

    private static readonly ModelFormat[] Quantized = [ModelFormat.Gguf, ModelFormat.Apr];

    public static IEnumerable<Mutation> All =>
    [
        On(Query, "one bit in a block scale", payload => payload[3 * Q4_KBlock] ^= 1) with { Formats = Quantized },
        On(Query, "one bit in a packed sub-block scale", payload => payload[(5 * Q4_KBlock) + 7] ^= 0x10) with { Formats = Quantized },
        On(Query, "one bit in a nibble", payload => payload[(7 * Q4_KBlock) + Q4_KQuants + 21] ^= 0x20) with { Formats = Quantized },
        On(Query, "two nibbles of a byte swapped",
            payload => payload[Q4_KQuants] = (byte)((payload[Q4_KQuants] << 4) | (payload[Q4_KQuants] >> 4))) with { Formats = Quantized },
        On(Query, "two blocks swapped", payload => SwapRuns(payload, 0, 9 * Q4_KBlock, Q4_KBlock)) with { Formats = Quantized },
        On(Value, "the lowest bit of one number", payload => payload[2 * 500] ^= 1),
        On(Value, "an exponent", payload => payload[(2 * 1234) + 1] ^= 0x08),
        On(Value, "a sign", payload => payload[(2 * 77) + 1] ^= 0x80),
        On(Value, "the last bit of a payload", payload => payload[^2] ^= 1),
        On("lookup", "one byte of an integer table", payload => payload[71]++),
        On(Value, "rows permuted", payload => SwapRuns(payload, 0, 5 * 512, 512)),
        On(Value, "columns permuted", payload => ForEachRow(payload, 512, row => SwapRuns(row, 0, 6, 2))),
        On(Value, "heads permuted", payload => SwapRuns(payload, 0, payload.Length / 2, payload.Length / 2)),
        On(Square, "a square matrix transposed", payload => Transpose(payload, 256)),
        On(Square, "halves of a payload swapped", payload => SwapRuns(payload, 0, payload.Length / 2, payload.Length / 2)),
        On(Square, "bytes of every number swapped", payload => SwapBytes(payload)),
        On(Value, "everything shifted by one number", payload => Rotate(payload, 2)),
        On(Value, "everything shifted by one byte", payload => Rotate(payload, 1)),
        On(Norm, "a norm zeroed", Array.Clear) with { Finding = ValidationErrors.Zero },
        On(Square, "a matrix zeroed", Array.Clear) with { Finding = ValidationErrors.Zero },
        On(Query, "a quantized matrix zeroed", Array.Clear) with { Finding = ValidationErrors.Zero },
        On("blk.0.attn_q.bias", "a bias zeroed", Array.Clear),
        On(Square, "a matrix of one value", payload => Fill(payload, 0x3C00)) with { Finding = ValidationErrors.Constant },
        On(Square, "rows beyond the first zeroed", payload => payload.AsSpan(512).Clear()),
        On(Norm, "a norm scaled", payload => ForEachRow(payload, 4, number => number[3] ^= 0x01)),
        On(Square, "NaN in the last number", payload => BitConverter.GetBytes(Half.NaN).CopyTo(payload, payload.Length - 2)) with
        {
            Finding = ProofErrors.NonFiniteTensor,
        },
        On(Square, "infinity in the first number", payload => BitConverter.GetBytes(Half.PositiveInfinity).CopyTo(payload, 0)) with
        {
            Finding = ProofErrors.NonFiniteTensor,
        },
        On(Norm, "a signalling NaN in F32", payload => BitConverter.GetBytes(0xFF80_0001).CopyTo(payload, 400)) with
        {
            Finding = ProofErrors.NonFiniteTensor,
        },
        On(Query, "NaN in the last block", payload => payload[^(Q4_KBlock - 1)] = 0x7E) with
        {
            Formats = Quantized,
            Finding = ProofErrors.NonFiniteTensor,
        },
        On(Query, "infinity in the minimum of a block", payload => (payload[2], payload[3]) = (0, 0xFC)) with
        {
            Formats = Quantized,
            Finding = ProofErrors.NonFiniteTensor,
        },
        new("payloads of equal shape swapped",
            model => (model[Value].Payload, model[OtherValue].Payload) = (model[OtherValue].Payload, model[Value].Payload))
            {
                Place = Mutation.Tensor(OtherValue),
            },
        new("one layer copied over another", model => Copy(model, "blk.0.", "blk.1.")) { Place = Mutation.Tensor("blk.1.ffn_up.weight") },
    ];

    private static Mutation On(string tensor, string name, Action<byte[]> damage) =>
        new(name, model => damage(model[tensor].Payload)) { Place = Mutation.Tensor(tensor) };

    private static void SwapRuns(Span<byte> payload, int left, int right, int length)
    {
        byte[] run = payload.Slice(left, length).ToArray();
        payload.Slice(right, length).CopyTo(payload[left..]);
        run.CopyTo(payload[right..]);
    }

    private delegate void RowAction(Span<byte> row);

    private static void ForEachRow(byte[] payload, int rowBytes, RowAction action)
    {
        for (int row = 0; row < payload.Length; row += rowBytes)
        {
            action(payload.AsSpan(row, rowBytes));
        }
    }

    private static void Transpose(byte[] payload, int size)
    {
        byte[] before = [.. payload];
        for (int i = 0; i < size * size; i++)
        {
            before.AsSpan(2 * i, 2).CopyTo(payload.AsSpan(2 * ((i % size * size) + (i / size))));
        }
    }

    private static void SwapBytes(byte[] payload)
    {
        // Clear of exponents that would become infinity.
        for (int i = 0; i < payload.Length; i += 2)
        {
            (payload[i], payload[i + 1]) = (payload[i + 1], (byte)(payload[i] & 0xBF));
        }
    }

    private static void Rotate(byte[] payload, int by)
    {
        byte[] moved = [.. payload[by..], .. payload[..by]];
        for (int i = 1; i < moved.Length; i += 2)
        {
            moved[i] &= 0xBF;
        }

        moved.CopyTo(payload, 0);
    }

    private static void Fill(byte[] payload, ushort value) => ForEachRow(payload, 2, number => BitConverter.TryWriteBytes(number, value));

    private static void Copy(EditableModel model, string from, string to)
    {
        foreach (string part in new[] { "attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_norm", "ffn_gate", "ffn_up",
            "ffn_down" })
        {
            model[$"{to}{part}.weight"].Payload = [.. model[$"{from}{part}.weight"].Payload];
        }
    }
}
