using System.Net;
using System.Text.Json;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Dht;

public sealed class SecureDhtIdTests
{
    private static JsonElement Bep42 => DhtVectors.All.GetProperty("bep42");

    [Fact]
    public void The_crc_of_nine_digits_is_the_published_one() => Assert.Equal(0xe306_9283, SecureDhtId.Crc32C("123456789"u8));

    [Fact]
    public void Ids_of_addresses_are_the_recorded_ones()
    {
        JsonElement.ArrayEnumerator rows = Bep42.GetProperty("ids_with_zero_filler").EnumerateArray();
        Assert.Equal(11, rows.Count());
        Assert.All(rows, static row =>
        {
            byte[] random = new byte[DhtId.Size];
            random[^1] = row.GetProperty("rand").GetByte();
            DhtId id = SecureDhtId.For(Address(row), random);
            Assert.Equal(row.Text("id_hex"), id.ToString());
            Assert.True(SecureDhtId.Fits(id, Address(row)));
        });
    }

    [Fact]
    public void The_published_prefixes_fit() =>
        Assert.All(Bep42.GetProperty("published").EnumerateArray(), static row =>
        {
            byte[] id = new byte[DhtId.Size];
            row.Bytes("prefix3_hex")!.CopyTo(id, 0);
            id[^1] = row.GetProperty("rand").GetByte();
            Assert.True(SecureDhtId.Fits(new DhtId(id), Address(row)));
        });

    /// <summary>As an enforcing libtorrent does: 21 bits, no more.</summary>
    [Fact]
    public void Exactly_21_bits_are_checked()
    {
        byte[] random = [.. Enumerable.Range(1, DhtId.Size).Select(static n => (byte)(n * 11))];
        foreach (string text in (string[])["44.140.10.20", "2a01:4f5:5::1"])
        {
            PeerEndpoint address = PeerEndpoint.Of(IPAddress.Parse(text), 1);
            byte[] id = new byte[DhtId.Size];
            SecureDhtId.For(address, random).Write(id);
            for (int bit = 0; bit < DhtId.Bits - 8; bit++)
            {
                id[bit / 8] ^= (byte)(0x80 >> (bit % 8));
                Assert.Equal(bit >= SecureDhtId.CheckedBits, SecureDhtId.Fits(new DhtId(id), address));
                id[bit / 8] ^= (byte)(0x80 >> (bit % 8));
            }
        }
    }

    private static PeerEndpoint Address(JsonElement row) => PeerEndpoint.Of(IPAddress.Parse(row.Text("ip")!), 0);
}
