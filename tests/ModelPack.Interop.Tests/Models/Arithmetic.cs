namespace ModelPack.Interop.Tests.Models;

/// <summary>What the layers of transformers compute, written as the formulas stand, in double precision.</summary>
internal static class Arithmetic
{
    /// <summary>y = W x + b.</summary>
    public static double[] Linear(ModelTensor weight, ModelTensor? bias, double[] x)
    {
        double[] y = new double[weight.Rows];
        for (int row = 0; row < y.Length; row++)
        {
            double sum = bias?.Values[row] ?? 0;
            for (int column = 0; column < x.Length; column++)
            {
                sum += (double)weight.Values[(row * x.Length) + column] * x[column];
            }

            y[row] = sum;
        }

        return y;
    }

    /// <summary>y = w · x / √(mean(x²) + ε).</summary>
    public static double[] RmsNorm(double[] x, double[] weight, double epsilon)
    {
        double scale = 1 / Math.Sqrt(x.Average(value => value * value) + epsilon);
        return [.. x.Zip(weight, (value, factor) => value * scale * factor)];
    }

    /// <summary>y = w · (x − mean(x)) / √(var(x) + ε) + b.</summary>
    public static double[] LayerNorm(double[] x, ModelTensor weight, ModelTensor bias, double epsilon)
    {
        double mean = x.Average();
        double[] centred = [.. x.Select(value => value - mean)];
        double[] y = RmsNorm(centred, [.. weight.Values.Select(value => (double)value)], epsilon);
        return [.. y.Zip(bias.Values, (value, shift) => value + shift)];
    }

    /// <summary>
    /// Rotary embedding as transformers has it: the first 2·n values of a head are two halves a and b, and with t = position · f[j]
    /// a[j]' = a[j] cos t − b[j] sin t, b[j]' = b[j] cos t + a[j] sin t.
    /// </summary>
    public static double[] Rotate(double[] heads, int headLength, int position, double[] frequencies)
    {
        double[] rotated = [.. heads];
        int n = frequencies.Length;
        for (int head = 0; head < heads.Length; head += headLength)
        {
            for (int j = 0; j < n; j++)
            {
                (double sine, double cosine) = Math.SinCos(position * frequencies[j]);
                rotated[head + j] = (heads[head + j] * cosine) - (heads[head + n + j] * sine);
                rotated[head + n + j] = (heads[head + n + j] * cosine) + (heads[head + j] * sine);
            }
        }

        return rotated;
    }

    /// <summary>The same for neighbours a[j] = x[2j] and b[j] = x[2j + 1], as DeepSeek has it.</summary>
    public static double[] RotateNeighbours(double[] x, int position, double[] frequencies)
    {
        int[] halves = [.. Enumerable.Range(0, x.Length).OrderBy(i => i % 2)];
        double[] rotated = Rotate([.. halves.Select(i => x[i])], x.Length, position, frequencies);
        return [.. Enumerable.Range(0, x.Length).Select(i => rotated[Array.IndexOf(halves, i)])];
    }

    /// <summary>f[j] = θ^(−2j/d).</summary>
    public static double[] RotaryFrequencies(double theta, int dimensions) =>
        [.. Enumerable.Range(0, dimensions / 2).Select(j => Math.Pow(theta, -2.0 * j / dimensions))];

    /// <summary>
    /// YaRN: f' = f where a wave fits many times into the original context, f/factor where it hardly does, and a mixture between. The place
    /// of the frequency that turns so often there is a fraction of the width.
    /// </summary>
    public static double[] YarnFrequencies(double theta, int dimensions, double factor, int original, double fastTurns, double slowTurns)
    {
        double Place(double turns) => dimensions * Math.Log(original / (turns * 2 * Math.PI)) / (2 * Math.Log(theta));
        double first = Math.Max(Math.Floor(Place(fastTurns)), 0);
        double last = Math.Min(Math.Ceiling(Place(slowTurns)), dimensions - 1);
        return [.. RotaryFrequencies(theta, dimensions).Select((frequency, j) =>
        {
            double divided = Math.Clamp((j - first) / (last - first), 0, 1);
            return (frequency * (1 - divided)) + (frequency / factor * divided);
        })];
    }

    public static double[] Softmax(double[] x)
    {
        double largest = x.Max();
        double[] powers = [.. x.Select(value => Math.Exp(value - largest))];
        double sum = powers.Sum();
        return [.. powers.Select(power => power / sum)];
    }

    /// <summary>1 / (1 + e^−x).</summary>
    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    /// <summary>x · sigmoid(x).</summary>
    public static double Silu(double x) => x * Sigmoid(x);

    /// <summary>gelu_new and gelu_pytorch_tanh: x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))).</summary>
    public static double Gelu(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    /// <summary>gelu: x/2 · (1 + erf(x/√2)), with erf(z) = 2/√π · e^(−z²) · Σ 2ⁿ z^(2n+1) / (1·3·5·…·(2n+1)).</summary>
    public static double ExactGelu(double x)
    {
        double z = x / Math.Sqrt(2);
        double term = z;
        double sum = z;
        for (int n = 1; n < 200; n++)
        {
            term *= 2 * z * z / ((2 * n) + 1);
            sum += term;
        }

        return Math.Abs(z) > 6 ? Math.Max(x, 0) : 0.5 * x * (1 + (2 / Math.Sqrt(Math.PI) * Math.Exp(-z * z) * sum));
    }

    /// <summary>c · tanh(x / c).</summary>
    public static double SoftCap(double x, double cap) => cap * Math.Tanh(x / cap);

    public static double[] Add(double[] left, double[] right) => [.. left.Zip(right, (a, b) => a + b)];

    public static double[] Multiply(double[] left, double[] right) => [.. left.Zip(right, (a, b) => a * b)];

    public static double[] Scale(double[] x, double factor) => [.. x.Select(value => value * factor)];
}
