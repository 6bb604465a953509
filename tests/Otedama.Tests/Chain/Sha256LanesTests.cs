using System.Buffers.Binary;
using System.Security.Cryptography;
using CsCheck;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Chain;

public sealed class Sha256LanesTests
{
    [Fact]
    public void Eight_at_once_are_as_one_by_one() =>
        Gen.Byte.Array[56, Sha256Lanes.LengthMax].Array[Sha256Lanes.Lanes].Sample(static messages =>
        {
            byte[] text = new byte[Sha256Lanes.Lanes * 128];
            for (int i = 0; i < messages.Length; i++)
            {
                messages[i].CopyTo(text, i * 128);
            }
            ulong[] heads = new ulong[Sha256Lanes.Lanes];
            Sha256Lanes.Heads(text, [.. messages.Select(static message => message.Length)], heads);
            Assert.Equal(messages.Select(static message => BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(SHA256.HashData(message)))), heads);
        });
}
