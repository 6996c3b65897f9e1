# Builds the page of the folder SOURCE in a copy of it, WORK; the result is in WORK/dist. NPM: the program.
# Packages are fetched when they are not those of the last time: after that a build needs no network.

file(GLOB old ${WORK}/*)
list(REMOVE_ITEM old ${WORK}/node_modules)
if(old)
  file(REMOVE_RECURSE ${old})
endif()
file(COPY ${SOURCE}/ DESTINATION ${WORK} PATTERN node_modules EXCLUDE PATTERN dist EXCLUDE)

function(run)
  execute_process(COMMAND ${NPM} ${ARGN} WORKING_DIRECTORY ${WORK} RESULT_VARIABLE result
                  OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(result)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "npm ${command} failed in ${WORK}:\n${output}")
  endif()
endfunction()

file(SHA256 ${WORK}/package-lock.json wanted)
set(stamp ${WORK}/node_modules/.replog-packages)
set(there "")
if(EXISTS ${stamp})
  file(READ ${stamp} there)
endif()
if(NOT there STREQUAL wanted)
  # Scripts of packages are not run: the build needs none of them.
  run(ci --ignore-scripts --prefer-offline --no-audit --no-fund)
  file(WRITE ${stamp} ${wanted})
endif()
run(run build)
