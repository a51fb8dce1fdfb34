using System.Security.Cryptography;
using ModelPack.Tensors.Grids;

namespace ModelPack.Codec.Tests.Tensors;

[TestClass]
public sealed class IqGridTests
{
    public static IEnumerable<object[]> Grids =>
    [
        ["iq2xxs", IqGrids.Iq2Xxs, "05826b5d3e472a3a78f196be62ac78acf81df0f909626e12ab9fa2a5d490dd54"],
        ["iq2xs", IqGrids.Iq2Xs, "06e47aaca60b4dc1d9b5a3f34540437058a6b142b4d7a59d5ded769b4d1bf1de"],
        ["iq2s", IqGrids.Iq2S, "e1aa1473412b0552c2174c30ef22ab4073f6a181b85a17056e8249bd2932fd88"],
        ["iq3xxs", IqGrids.Iq3Xxs, "46e35f5a997efdee6c99ce57854c8a0d4f0ff8ca57e5e8a60c0793ea580acf5d"],
        ["iq3s", IqGrids.Iq3S, "bd1af4945a1717c65610b0284e4628b9a1ba3b306fae3a06f6e5f597356e349f"],
        ["iq1s", IqGrids.Iq1S, "07540ffc1aeaf6ad4d97e96b0fcc765aae39671d4ae4a27bbd0e796fde167c6a"],
    ];

    [TestMethod]
    [DynamicData(nameof(Grids))]
    public void Embedded_grids_are_those_of_the_reference_library(string name, byte[] grid, string sha256) =>
        Assert.AreEqual(sha256, Convert.ToHexStringLower(SHA256.HashData(grid)), name);
}
