using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Otedama.Tests.Asic;

/// <summary>ESP32-S3 application images for the AxeOS bench: made, and judged as esp_ota_end judges them.</summary>
internal static class AxeosImage
{
    /// <summary>A whole image with its checksum and hash.</summary>
    /// <param name="size">About so many bytes; at least 512.</param>
    public static byte[] Make(string version, int size = 4096, string project = "esp-miner", int seed = 1)
    {
        byte[] segment = new byte[Math.Max(512, size) / 16 * 16];
        new Random(seed).NextBytes(segment);
        BinaryPrimitives.WriteUInt32LittleEndian(segment, 0xABCD5432);
        segment.AsSpan(4, 252).Clear();
        Encoding.ASCII.GetBytes(version, segment.AsSpan(16, 31));
        Encoding.ASCII.GetBytes(project, segment.AsSpan(48, 31));
        List<byte> image = [0xE9, 1, 2, 0x4F, 0, 0, 0x37, 0x40, 0xEE, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        byte[] head = new byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(head, 0x3C000020);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(4), segment.Length);
        image.AddRange(head);
        image.AddRange(segment);
        byte checksum = 0xEF;
        foreach (byte one in segment)
        {
            checksum ^= one;
        }
        while (image.Count % 16 != 15)
        {
            image.Add(0);
        }
        image.Add(checksum);
        image.AddRange(SHA256.HashData(image.ToArray()));
        return [.. image];
    }

    /// <summary>Magic, segments, checksum and hash: what the device itself checks. Not board, version or project.</summary>
    public static bool IsGood(ReadOnlySpan<byte> image)
    {
        if (image.Length < 24 || image[0] != 0xE9)
        {
            return false;
        }
        int at = 24;
        byte checksum = 0xEF;
        for (int i = 0; i < image[1]; i++)
        {
            if (at + 8 > image.Length)
            {
                return false;
            }
            int length = BinaryPrimitives.ReadInt32LittleEndian(image[(at + 4)..]);
            at += 8;
            if (length < 0 || length > image.Length - at)
            {
                return false;
            }
            foreach (byte one in image.Slice(at, length))
            {
                checksum ^= one;
            }
            at += length;
        }
        int end = (at / 16 * 16) + 16;
        bool hashed = image[23] == 1;
        return image.Length >= end + (hashed ? 32 : 0) && image[end - 1] == checksum
            && (!hashed || SHA256.HashData(image[..end]).AsSpan().SequenceEqual(image.Slice(end, 32)));
    }

    /// <summary>Of the application descriptor; null when it has none.</summary>
    public static string? Version(ReadOnlySpan<byte> image) => Text(image, 32 + 16);

    public static string? Project(ReadOnlySpan<byte> image) => Text(image, 32 + 48);

    private static string? Text(ReadOnlySpan<byte> image, int at) =>
        image.Length >= at + 32 && BinaryPrimitives.ReadUInt32LittleEndian(image[32..]) == 0xABCD5432
            ? Encoding.ASCII.GetString(image.Slice(at, 32)).TrimEnd('\0') : null;
}
