using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Core;

public sealed class SipHashTests
{
    /// <summary>
    /// Key 00 .. 0f over 00, 01, ...: the paper's example of 15 bytes, and others of its authors' vectors.
    /// </summary>
    [Theory]
    [InlineData(0, 0x726fdb47dd0e0e31)]
    [InlineData(1, 0x74f839c593dc67fd)]
    [InlineData(8, 0x93f5f5799a932462)]
    [InlineData(15, 0xa129ca6149be45e5)]
    public void The_reference_values_come_out(int length, ulong expected)
    {
        byte[] bytes = [.. Enumerable.Range(0, 16).Select(static i => (byte)i)];
        Assert.Equal(expected, SipHash.FromKey(bytes).Of(bytes.AsSpan(0, length)));
    }
}
