using Otedama.Interop;
using Otedama.Tests.Ledgers;
using Xunit;

namespace Otedama.Tests.Interop;

public sealed class DurableFileTests : IDisposable
{
    private readonly TempFolder _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_file_is_replaced_whole_and_nothing_is_left_beside_it()
    {
        string path = Path.Combine(_directory.Path, "token");
        DurableFile.Write(path, [1, 2, 3, 4]);
        DurableFile.Write(path, [5]);
        Assert.Equal([5], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public void Only_the_owner_can_read_it_even_over_a_leftover_that_others_could()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such bits");
            return;
        }
        string path = Path.Combine(_directory.Path, "token");
        File.WriteAllText(path + ".new", "left by a death in the middle");
        File.SetUnixFileMode(path + ".new", UnixFileMode.UserRead | UnixFileMode.OtherRead);
        DurableFile.Write(path, [1]);
        Assert.Equal(DurableFile.OwnerOnly, File.GetUnixFileMode(path));
    }

    [Fact]
    public void A_write_that_fails_leaves_the_old_file_and_nothing_else()
    {
        string path = Path.Combine(_directory.Path, "folder");
        Directory.CreateDirectory(path);
        Assert.ThrowsAny<Exception>(() => DurableFile.Write(path, [1]));
        Assert.Empty(Directory.GetFiles(_directory.Path));
        Assert.True(Directory.Exists(path));
    }

    [Fact]
    public void Missing_folders_are_made_for_the_owner_only()
    {
        string path = Path.Combine(_directory.Path, "a", "b");
        DurableFile.CreateFolder(path);
        DurableFile.CreateFolder(path);
        Assert.True(Directory.Exists(path));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(DurableFile.OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(_directory.Path, "a")));
        }
    }

    [Fact]
    public void Syncing_a_folder_that_is_not_there_is_an_error_that_names_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux needs the call");
        string path = Path.Combine(_directory.Path, "nowhere");
        Assert.Contains(path, Assert.Throws<IOException>(() => DiskSync.Folder(path)).Message);
    }
}
