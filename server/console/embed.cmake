# Writes OUTPUT, a source file that has the files of the folder DIST in it: console_file.h tells what of them.

set(type_html "text/html; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_txt "text/plain; charset=utf-8")
set(type_svg "image/svg+xml")
set(type_png "image/png")
set(type_woff2 "font/woff2")
set(type_webmanifest "application/manifest+json")
set(type_json "application/json")

function(literal file variable)  # a string literal of the file's bytes
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "(..)" "\\\\x\\1" escaped "${hex}")
  set(${variable} "\"${escaped}\"sv" PARENT_SCOPE)
endfunction()

set(entries "")
file(GLOB_RECURSE paths RELATIVE ${DIST} ${DIST}/*)
list(SORT paths)
foreach(path ${paths})
  string(REGEX MATCH "[^.]*$" ending ${path})
  if(NOT DEFINED type_${ending})
    message(FATAL_ERROR "${path}: which content type has it?")
  endif()
  file(SHA256 ${DIST}/${path} hash)
  string(SUBSTRING ${hash} 0 32 hash)
  file(ARCHIVE_CREATE OUTPUT ${OUTPUT}.gz PATHS ${DIST}/${path} FORMAT raw COMPRESSION GZip COMPRESSION_LEVEL 9)
  file(SIZE ${DIST}/${path} size)
  file(SIZE ${OUTPUT}.gz gzip_size)
  literal(${DIST}/${path} plain)
  set(gzip "\"\"sv")
  if(gzip_size LESS size)
    literal(${OUTPUT}.gz gzip)
  endif()
  string(APPEND entries "    {\"/${path}\", \"${type_${ending}}\", \"${hash}\",\n     ${plain},\n     ${gzip}},\n")
endforeach()
file(REMOVE ${OUTPUT}.gz)

file(WRITE ${OUTPUT} "// Made by embed.cmake.
#include \"server/console/console_file.h\"

namespace replog {
namespace {

using namespace std::string_view_literals;

constexpr ConsoleFile kFiles[] = {
${entries}};

}  // namespace

std::span<const ConsoleFile> ConsoleFiles() { return kFiles; }

}  // namespace replog
")
