using System.Buffers.Binary;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Codec.Tests.Tensors.Payloads;

[TestClass]
public sealed class NumberFunctionTests
{
    // The nearest F32 to values computed with 50 decimal digits elsewhere (Python's decimal).
    [TestMethod]
    [DataRow(0.1f, -1.105171f, -2.3025851f)]
    [DataRow(-0.1f, -0.9048374f, -2.3025851f)]
    [DataRow(0.5f, -1.6487212f, -0.6931472f)]
    [DataRow(-3.75f, -0.023517746f, 1.3217559f)]
    [DataRow(2.7182817f, -15.154261f, 0.99999994f)]
    [DataRow(-20.5f, -1.2501529e-09f, 3.0204248f)]
    [DataRow(60.25f, -1.46636655e+26f, 4.0985026f)]
    [DataRow(-87.3f, -1.2192433e-38f, 4.4693503f)]
    [DataRow(88.7f, -3.3259769e+38f, 4.48526f)]
    [DataRow(1.1754944e-38f, -1f, -87.33655f)]
    [DataRow(-100.5f, -2.2e-44f, 4.6101575f)]
    [DataRow(0.001f, -1.0010005f, -6.9077554f)]
    [DataRow(12.345f, -229808.19f, 2.513251f)]
    public void Results_are_the_nearest_single(float number, float negativeExponential, float logarithm)
    {
        Assert.AreEqual(negativeExponential, Apply(NumberFunction.NegativeExponential, number));
        Assert.AreEqual(logarithm, Apply(NumberFunction.LogarithmOfNegative, -Math.Abs(number)));
    }

    [TestMethod]
    [DataRow(0.236328125f)]
    [DataRow(-0.71875f)]
    [DataRow(2.796875f)]
    [DataRow(-0.0004119873f)]
    public void What_was_made_of_16_bits_is_these_again(float number)
    {
        float made = Apply(NumberFunction.NegativeExponential, number);
        Assert.AreEqual(number, Apply(NumberFunction.ExponentOfNegative, made));

        // Programs whose exponential is not the nearest one.
        Assert.AreEqual(number, Apply(NumberFunction.ExponentOfNegative, MathF.BitIncrement(made)));
        Assert.AreEqual(number, Apply(NumberFunction.ExponentOfNegative, MathF.BitDecrement(made)));
    }

    [TestMethod]
    public void What_was_made_of_other_numbers_is_the_nearest_one()
    {
        Random random = new(2);
        for (int i = 0; i < 20_000; i++)
        {
            float number = -(float)Math.Exp((random.NextDouble() * 8) - 4);
            float logarithm = Apply(NumberFunction.LogarithmOfNegative, number);
            float found = Apply(NumberFunction.ExponentOfNegative, number);
            Assert.IsTrue(
                found == logarithm || (BitConverter.SingleToUInt32Bits(found) & 0xFFFF) == 0
                    && Math.Abs((long)BitConverter.SingleToInt32Bits(Apply(NumberFunction.NegativeExponential, found))
                        - BitConverter.SingleToInt32Bits(number)) <= 1, $"{number:R}: {found:R}, not {logarithm:R}");
        }
    }

    [TestMethod]
    public void Results_are_those_of_the_runtime_in_double_precision()
    {
        Random random = new(1);
        int different = 0;
        for (int i = 0; i < 200_000; i++)
        {
            float number = (float)((random.NextDouble() * 190) - 103);
            float negative = -BitConverter.UInt32BitsToSingle((uint)random.Next(1, 0x7F80_0000));
            different += Apply(NumberFunction.NegativeExponential, number) == (float)-Math.Exp(number) ? 0 : 1;
            different += Apply(NumberFunction.LogarithmOfNegative, negative) == (float)Math.Log(-(double)negative) ? 0 : 1;
        }

        // Two good functions round one in a hundred million numbers apart.
        Assert.IsLessThan(3, different);
    }

    [TestMethod]
    public void What_is_not_finite_stays_so()
    {
        Assert.AreEqual(float.NegativeInfinity, Apply(NumberFunction.NegativeExponential, float.PositiveInfinity));
        Assert.AreEqual(-0f, Apply(NumberFunction.NegativeExponential, float.NegativeInfinity));
        Assert.AreEqual(float.PositiveInfinity, Apply(NumberFunction.LogarithmOfNegative, float.NegativeInfinity));
        Assert.AreEqual(float.PositiveInfinity, Apply(NumberFunction.ExponentOfNegative, float.NegativeInfinity));
        float nan = BitConverter.UInt32BitsToSingle(0x7FC1_2345);
        Assert.AreEqual(0x7FC1_2345u, BitConverter.SingleToUInt32Bits(Apply(NumberFunction.NegativeExponential, nan)));
    }

    [TestMethod]
    [DataRow(NumberFunction.NegativeExponential, 89.5f)]
    [DataRow(NumberFunction.LogarithmOfNegative, 0f)]
    [DataRow(NumberFunction.LogarithmOfNegative, 1f)]
    [DataRow(NumberFunction.ExponentOfNegative, 0f)]
    [DataRow(NumberFunction.ExponentOfNegative, 1f)]
    public void A_finite_number_without_a_finite_result_is_refused(object function, float number)
    {
        ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(() => Apply((NumberFunction)function, number));
        Assert.AreEqual(PayloadErrors.NotExpressible, exception.Code);
        Assert.Contains("is not finite for the number", exception.Detail);
    }

    private static float Apply(NumberFunction function, float number)
    {
        byte[] bytes = new byte[sizeof(float)];
        byte[] made = new byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, number);
        NumberFunctions.Apply(function, bytes, made);
        return BinaryPrimitives.ReadSingleLittleEndian(made);
    }
}
